"""The days whose close is merely the price of a trade; the next event on an asset brings them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("price_years", sa.Column("trade_days", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("price_years", "trade_days")
