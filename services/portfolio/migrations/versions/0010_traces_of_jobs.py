"""A job belongs to the trace of its request; those that have ended are found by their end."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("traceparent", sa.Text(), nullable=True))
    op.create_index(
        "jobs_finished_idx",
        "jobs",
        ["finished"],
        postgresql_where=sa.text("finished IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("jobs_finished_idx", "jobs")
    op.drop_column("jobs", "traceparent")
