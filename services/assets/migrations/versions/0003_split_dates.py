"""The days of an asset's splits, where its card has them at hand."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "assets",
        sa.Column("split_dates", postgresql.ARRAY(sa.Date()), server_default="{}", nullable=False),
    )
    op.execute(
        "UPDATE assets SET split_dates = days.dates FROM (SELECT asset_id,"
        " array_agg(date ORDER BY date) AS dates FROM splits GROUP BY asset_id) AS days"
        " WHERE days.asset_id = assets.id"
    )


def downgrade() -> None:
    op.drop_column("assets", "split_dates")
