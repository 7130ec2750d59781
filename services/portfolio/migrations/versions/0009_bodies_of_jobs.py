"""Bodies of jobs are stored as they come, not packed: they are gone once the job is done."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE jobs ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.execute("ALTER TABLE jobs ALTER COLUMN body SET STORAGE EXTENDED")
