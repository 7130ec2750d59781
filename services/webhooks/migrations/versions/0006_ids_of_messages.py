"""In whose course a message is told: deliveries carry the request's id and its trace."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("request_id", sa.Text(), nullable=True))
    op.add_column("messages", sa.Column("traceparent", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("messages", "traceparent")
    op.drop_column("messages", "request_id")
