"""The days of an asset's splits; its next event brings them, and so does `rebuild`."""

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


def downgrade() -> None:
    op.drop_column("assets", "split_dates")
