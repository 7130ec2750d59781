"""The version of what webhooks keeps of a portfolio."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "portfolios", sa.Column("version", sa.BigInteger(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    op.execute("DELETE FROM portfolios WHERE owner_id = 0")  # what is left of deleted ones
    op.drop_column("portfolios", "version")
