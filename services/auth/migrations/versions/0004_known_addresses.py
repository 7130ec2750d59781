"""Failures by name and address, addresses of logins, and which tokens are logins.

`login_failures` stays while the release before is still running on it; nothing reads it any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "failed_attempts",
        sa.Column("name", sa.String(150), primary_key=True),
        sa.Column("address", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failure", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "login_addresses",
        sa.Column("user_id", sa.BigInteger(), primary_key=True),
        sa.Column("address", sa.String(64), primary_key=True),
        sa.Column("last_login", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
    )
    op.add_column(
        "tokens", sa.Column("is_login", sa.Boolean(), server_default="false", nullable=False)
    )
    op.execute("UPDATE tokens SET is_login = true WHERE name = 'login' AND expires_at IS NULL")


def downgrade() -> None:
    op.drop_column("tokens", "is_login")
    op.drop_table("login_addresses")
    op.drop_table("failed_attempts")
