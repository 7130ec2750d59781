"""Portfolios that are behind are looked for all the time, so they are found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # One that was broken off is there, and of no use.
        op.drop_index(
            "portfolios_behind", "portfolios", if_exists=True, postgresql_concurrently=True
        )
        op.create_index(
            "portfolios_behind",
            "portfolios",
            ["id"],
            postgresql_where=sa.text("is_behind"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("portfolios_behind", "portfolios")
