"""Which assets were made for a file of transactions.

Of those that are there already nobody knows it any more; they stay when an import is taken back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "assets",
        sa.Column("is_of_import", sa.Boolean(), server_default="false", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("assets", "is_of_import")
