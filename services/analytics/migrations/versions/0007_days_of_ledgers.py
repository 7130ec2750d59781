"""The days of a portfolio's ledger are days of its own, so all snapshots are made again.

Marks from before every ledger let the appraiser take each portfolio's days anew. They wait some
minutes: until then workers of the release before may still run, and would take them by its rules.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "INSERT INTO revaluation_marks (portfolio_id, since, marked_at)"
        " SELECT id, '0001-01-01', now() + interval '5 minutes' FROM portfolios"
    )


def downgrade() -> None:
    """Nothing to take back: the release before makes its own days at the next change."""
