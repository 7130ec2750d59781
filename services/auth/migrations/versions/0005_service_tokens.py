"""Tokens of programs that read internal APIs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("callees", postgresql.ARRAY(sa.String(63)), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column(
            "created", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("last_used", sa.DateTime(timezone=True)),
        sa.CheckConstraint("octet_length(digest) = 32", name="service_tokens_digest_is_sha256"),
        sa.CheckConstraint("cardinality(callees) > 0", name="service_tokens_read_something"),
    )


def downgrade() -> None:
    op.drop_table("service_tokens")
