"""One word for one meaning: an event has a sequence, what If-Match compares is a revision."""

from shared.migrations import rename_column

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_RENAMED = (
    ("webhooks", "version", "revision"),
    ("alerts", "version", "revision"),
    ("alerts", "armed_at", "armed_sequence"),
    ("assets", "version", "sequence"),
    ("price_windows", "version", "sequence"),
    ("portfolios", "version", "sequence"),
    ("portfolios", "valued_at", "value_sequence"),
    ("portfolios", "measured_at", "metrics_sequence"),
    ("holdings", "version", "sequence"),
)


def upgrade() -> None:
    for table, before, after in _RENAMED:
        rename_column(table, before, after)


def downgrade() -> None:
    for table, before, after in _RENAMED:
        rename_column(table, after, before)
