"""One word for one meaning: an event has a sequence."""

from shared.migrations import rename_column

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_RENAMED = (("users", "version", "sequence"),)


def upgrade() -> None:
    for table, before, after in _RENAMED:
        rename_column(table, before, after)


def downgrade() -> None:
    for table, before, after in _RENAMED:
        rename_column(table, after, before)
