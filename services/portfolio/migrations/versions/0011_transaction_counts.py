"""A portfolio knows how many transactions it has.

What is there is counted by the worker, and so is what processes of the release before write: they
leave `counted_sequence` behind the sequence of their events.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "portfolios",
        sa.Column("transaction_count", sa.Integer(), server_default="0", nullable=False),
    )
    # Behind the sequence of every portfolio that is there; of a new one both begin with 1.
    op.add_column(
        "portfolios",
        sa.Column("counted_sequence", sa.Integer(), server_default="0", nullable=False),
    )
    op.alter_column("portfolios", "counted_sequence", server_default="1")


def downgrade() -> None:
    op.drop_column("portfolios", "counted_sequence")
    op.drop_column("portfolios", "transaction_count")
