"""Where an asset's last price comes from; its next event brings it, and so does `rebuild`."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assets", sa.Column("price_source", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("assets", "price_source")
