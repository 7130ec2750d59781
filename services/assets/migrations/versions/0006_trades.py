"""The trades of private assets, whose prices are closes of the days that have no other.

`rebuild` fetches those of ledgers that exist; so does the next event on each.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledgers",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "trades",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ledger_id", sa.BigInteger(), nullable=False),
        sa.Column("asset_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("price", sa.Numeric(precision=20, scale=8), nullable=False),
        sa.CheckConstraint("price > 0", name="trades_price_positive"),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["ledger_id"], ["ledgers.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("trades_ledger_idx", "trades", ["ledger_id"])
    op.create_index("trades_asset_date_idx", "trades", ["asset_id", "date"])
    op.add_column("assets", sa.Column("price_source", sa.String(length=30), nullable=True))


def downgrade() -> None:
    op.drop_column("assets", "price_source")
    op.drop_table("trades")
    op.drop_table("ledgers")
