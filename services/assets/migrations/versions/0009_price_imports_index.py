"""The prices of a file are found by its id. By itself: the table is large, so it is made aside."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # One that was broken off is there, and of no use.
        op.drop_index("prices_import_idx", "prices", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            "prices_import_idx",
            "prices",
            ["import_id"],
            postgresql_where=sa.text("import_id IS NOT NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("prices_import_idx", "prices")
