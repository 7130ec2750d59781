"""The subject of an outbox row: the relay takes turns between them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_WAITING = sa.text("published_at IS NULL")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("subject", sa.Text(), server_default="", nullable=False))
    op.execute(
        "UPDATE outbox SET subject = payload::jsonb ->> 'subject' WHERE published_at IS NULL"
    )
    op.drop_index("outbox_unpublished", "outbox")
    op.create_index("outbox_unpublished", "outbox", ["subject", "id"], postgresql_where=_WAITING)


def downgrade() -> None:
    op.drop_index("outbox_unpublished", "outbox")
    op.create_index("outbox_unpublished", "outbox", ["id"], postgresql_where=_WAITING)
    op.drop_column("outbox", "subject")
