"""What an asset is called by its data source, and when it is due to be asked for.

Public assets that have prices have been asked for all there is, so that the next refresh goes on
where the last one ended.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assets", sa.Column("data_source", sa.String(length=30), nullable=True))
    op.add_column("assets", sa.Column("data_symbol", sa.String(length=64), nullable=True))
    op.create_table(
        "feeds",
        sa.Column("asset_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=True),
        sa.Column("asked_from", sa.Date(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("asset_id"),
    )
    op.create_index("feeds_due_idx", "feeds", ["due"])
    op.create_index("feeds_owner_idx", "feeds", ["owner_id", "asked"])
    op.execute(
        """
        INSERT INTO feeds (asset_id, owner_id, asked_from)
        SELECT id, coalesce(owner_id, 0), '1900-01-01' FROM assets
        WHERE current_price IS NOT NULL AND EXISTS (
            SELECT FROM prices WHERE asset_id = assets.id
            AND source NOT IN ('manual', 'import', 'trade')
        )
        """
    )


def downgrade() -> None:
    op.drop_table("feeds")
    op.drop_column("assets", "data_symbol")
    op.drop_column("assets", "data_source")
