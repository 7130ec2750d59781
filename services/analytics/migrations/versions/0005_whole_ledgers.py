"""Ledgers that are known to be behind, and the time of each mark."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "portfolios", sa.Column("is_behind", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column(
        "revaluation_marks",
        sa.Column(
            "marked_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
    )


def downgrade() -> None:
    op.drop_column("revaluation_marks", "marked_at")
    op.drop_column("portfolios", "is_behind")
