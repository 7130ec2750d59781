"""Jobs of all kinds: a stored request, and what it answers.

The release before goes on with its own words and columns; what it writes is adopted by the worker
(`commands.adopt_old_jobs`), as are the jobs that are there already. The table is short: jobs are
kept for a week.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_COLUMNS = (
    sa.Column("lane", sa.String(length=30), server_default="", nullable=False),
    sa.Column("caller", postgresql.JSONB(), server_default="{}", nullable=False),
    sa.Column("target", sa.Text(), server_default="", nullable=False),
    sa.Column("content_type", sa.Text(), nullable=True),
    sa.Column("body", sa.LargeBinary(), nullable=True),
    sa.Column("request_id", sa.Text(), nullable=True),
    sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
    sa.Column("answer_status", sa.Integer(), nullable=True),
    sa.Column("answer", sa.Text(), nullable=True),
)
_STATUS_KNOWN = "lower(status) IN ('pending', 'queued', 'running', 'done', 'failed')"
_END_ONCE = "(finished IS NOT NULL) = (lower(status) IN ('done', 'failed'))"


def upgrade() -> None:
    for column in _COLUMNS:
        op.add_column("jobs", column)
    op.alter_column("jobs", "asset_id", nullable=True)
    _replace_checks(_STATUS_KNOWN, _END_ONCE)
    op.create_index(
        "jobs_waiting_idx", "jobs", ["lane", "id"], postgresql_where=sa.text("finished IS NULL")
    )
    op.create_index("jobs_user_idx", "jobs", ["user_id", "started"])
    op.create_index("jobs_target_idx", "jobs", ["target", "created"])


def downgrade() -> None:
    op.execute("DELETE FROM jobs WHERE asset_id IS NULL OR status <> upper(status)")
    for index in ("jobs_target_idx", "jobs_user_idx", "jobs_waiting_idx"):
        op.drop_index(index, "jobs")
    _replace_checks(
        "status IN ('PENDING', 'RUNNING', 'DONE', 'FAILED')",
        "(finished IS NOT NULL) = (status IN ('DONE', 'FAILED'))",
    )
    op.alter_column("jobs", "asset_id", nullable=False)
    for column in reversed(_COLUMNS):
        op.drop_column("jobs", column.name)


def _replace_checks(status_known: str, end_once: str) -> None:
    for name, check in (("jobs_status_known", status_known), ("jobs_end_once", end_once)):
        op.drop_constraint(name, "jobs")
        op.create_check_constraint(name, "jobs", check)
