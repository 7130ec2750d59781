"""Currency pairs are found by their symbol, retired ones too."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "assets_pair_symbol_idx",
        "assets",
        ["symbol"],
        postgresql_where=sa.text("asset_type = 'CURRENCY'"),
    )


def downgrade() -> None:
    op.drop_index("assets_pair_symbol_idx", "assets")
