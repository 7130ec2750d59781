"""Imports and bulks that take longer than a request are jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.String(length=30), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("status", sa.String(length=10), server_default="queued", nullable=False),
        sa.Column("progress", sa.Integer(), server_default="0", nullable=False),
        sa.Column("caller", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("target", sa.Text(), server_default="", nullable=False),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answer_status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column(
            "created", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'done', 'failed')", name="jobs_status_known"
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name="jobs_progress_in_percent"),
        sa.CheckConstraint(
            "(finished IS NOT NULL) = (status IN ('done', 'failed'))", name="jobs_end_once"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "jobs_waiting_idx", "jobs", ["lane", "id"], postgresql_where=sa.text("finished IS NULL")
    )
    op.create_index("jobs_user_idx", "jobs", ["user_id", "started"])
    op.create_index("jobs_target_idx", "jobs", ["target", "created"])


def downgrade() -> None:
    op.drop_table("jobs")
