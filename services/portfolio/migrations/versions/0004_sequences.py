"""One word for one meaning: an event has a sequence."""

from alembic import op

from shared.migrations import rename_column

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_RENAMED = (
    ("portfolios", "version", "sequence"),
    ("positions", "version", "sequence"),
    ("assets", "version", "sequence"),
)
# Tables whose check on the column is named after it.
_CHECKED = ("positions", "assets")


def upgrade() -> None:
    for table, before, after in _RENAMED:
        rename_column(table, before, after)
    for table in _CHECKED:
        op.execute(
            f"ALTER TABLE {table}"
            f" RENAME CONSTRAINT {table}_version_counts TO {table}_sequence_counts"
        )


def downgrade() -> None:
    for table, before, after in _RENAMED:
        rename_column(table, after, before)
    for table in _CHECKED:
        op.execute(
            f"ALTER TABLE {table}"
            f" RENAME CONSTRAINT {table}_sequence_counts TO {table}_version_counts"
        )
