"""Which file a price came by, so that the file can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("price_import_ids")))
    op.add_column("prices", sa.Column("import_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("prices", "import_id")
    op.execute(sa.schema.DropSequence(sa.Sequence("price_import_ids")))
