"""Values of any size, several old secrets, and no copy of what analytics is asked for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_VALUES = (
    ("assets", "price"),
    ("price_windows", "close"),
    ("portfolios", "value"),
    ("portfolios", "told_value"),
    ("holdings", "quantity"),
    ("firings", "value"),
)


def upgrade() -> None:
    for table, column in _VALUES:
        op.alter_column(table, column, type_=sa.Numeric())
    op.drop_column("portfolios", "closes")
    op.drop_column("portfolios", "bases")
    op.add_column(
        "webhooks",
        sa.Column("old_secrets", postgresql.JSONB(), server_default="[]", nullable=False),
    )
    op.execute(
        "UPDATE webhooks SET old_secrets = jsonb_build_array(jsonb_build_object("
        "'secret', previous_secret, 'until', previous_until)) WHERE previous_secret IS NOT NULL"
    )
    op.drop_constraint("webhooks_previous_secret_ends", "webhooks")
    op.drop_column("webhooks", "previous_secret")
    op.drop_column("webhooks", "previous_until")


def downgrade() -> None:
    op.add_column("webhooks", sa.Column("previous_secret", sa.Text()))
    op.add_column("webhooks", sa.Column("previous_until", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE webhooks SET previous_secret = old_secrets -> -1 ->> 'secret',"
        " previous_until = (old_secrets -> -1 ->> 'until')::timestamptz"
        " WHERE old_secrets <> '[]'"
    )
    op.create_check_constraint(
        "webhooks_previous_secret_ends",
        "webhooks",
        "(previous_secret IS NULL) = (previous_until IS NULL)",
    )
    op.drop_column("webhooks", "old_secrets")
    op.add_column(
        "portfolios",
        sa.Column("bases", postgresql.ARRAY(sa.Numeric()), server_default="{}", nullable=False),
    )
    op.add_column(
        "portfolios",
        sa.Column("closes", postgresql.JSONB(), server_default="{}", nullable=False),
    )
    for table, column in _VALUES:
        op.alter_column(table, column, type_=sa.Numeric(28, 8))
