"""Which import a transaction came by."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("import_ids")))
    op.add_column("transactions", sa.Column("import_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "transactions_import_idx",
        "transactions",
        ["import_id"],
        postgresql_where=sa.text("import_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_column("transactions", "import_id")
    op.execute(sa.schema.DropSequence(sa.Sequence("import_ids")))
