"""Webhooks' first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("asset_id", sa.BigInteger(), nullable=True),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=True),
        sa.Column("metric", sa.String(length=40), nullable=True),
        sa.Column("operator", sa.String(length=2), nullable=True),
        sa.Column("threshold", sa.Numeric(precision=20, scale=8), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=True),
        sa.Column("cooldown_seconds", sa.Integer(), server_default="3600", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("is_met", sa.Boolean(), nullable=True),
        sa.Column("armed_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_fired", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fired", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "modified", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint(
            "(asset_id IS NOT NULL) = (kind IN ('PRICE_ABOVE', 'PRICE_BELOW',"
            " 'PRICE_CHANGE_PERCENTAGE')) AND (asset_id IS NULL) = (portfolio_id IS NOT"
            " NULL)",
            name="alerts_watch_one_thing",
        ),
        sa.CheckConstraint(
            "(metric IS NOT NULL) = (kind = 'RISK_THRESHOLD') AND (metric IS NULL) ="
            " (operator IS NULL)",
            name="alerts_risk_has_a_metric",
        ),
        sa.CheckConstraint(
            "(window_days IS NOT NULL) = (kind IN ('PRICE_CHANGE_PERCENTAGE',"
            " 'PORTFOLIO_VALUE_CHANGE_PERCENTAGE')) AND window_days > 0",
            name="alerts_changes_have_a_window",
        ),
        sa.CheckConstraint(
            "kind IN ('PRICE_ABOVE', 'PRICE_BELOW', 'PRICE_CHANGE_PERCENTAGE',"
            " 'PORTFOLIO_VALUE_ABOVE', 'PORTFOLIO_VALUE_BELOW',"
            " 'PORTFOLIO_VALUE_CHANGE_PERCENTAGE', 'RISK_THRESHOLD')",
            name="alerts_kind_known",
        ),
        sa.CheckConstraint("operator IN ('gt', 'lt')", name="alerts_operator_known"),
        sa.CheckConstraint("cooldown_seconds >= 0", name="alerts_cooldown_not_negative"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "alerts_asset_idx",
        "alerts",
        ["asset_id"],
        unique=False,
        postgresql_where=sa.text("asset_id IS NOT NULL"),
    )
    op.create_index(
        "alerts_portfolio_idx",
        "alerts",
        ["portfolio_id"],
        unique=False,
        postgresql_where=sa.text("portfolio_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_alerts_owner_id"), "alerts", ["owner_id"], unique=False)
    op.create_table(
        "assets",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.Numeric(precision=28, scale=8), nullable=True),
        sa.Column("price_date", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "holdings",
        sa.Column("portfolio_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("asset_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=28, scale=8), nullable=False),
        sa.Column("position_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("portfolio_id", "asset_id"),
    )
    op.create_index(
        "holdings_held_idx",
        "holdings",
        ["asset_id"],
        unique=False,
        postgresql_where=sa.text("quantity <> 0"),
    )
    op.create_index(op.f("ix_holdings_owner_id"), "holdings", ["owner_id"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "created", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(
        op.f("ix_idempotency_keys_created"), "idempotency_keys", ["created"], unique=False
    )
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("event_id", "consumer"),
    )
    op.create_index(
        "inbox_received_at", "inbox", ["received_at"], unique=False, postgresql_using="brin"
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "created", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_messages_created"), "messages", ["created"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("event_id"),
    )
    op.create_index(
        "outbox_unpublished",
        "outbox",
        ["id"],
        unique=False,
        postgresql_where=sa.text("published_at IS NULL"),
    )
    op.create_table(
        "portfolios",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("value", sa.Numeric(precision=28, scale=8), nullable=True),
        sa.Column("valued_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column(
            "closes", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("bases", postgresql.ARRAY(sa.Numeric()), server_default="{}", nullable=False),
        sa.Column(
            "metrics", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("measured_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("told_value", sa.Numeric(precision=28, scale=8), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_portfolios_owner_id"), "portfolios", ["owner_id"], unique=False)
    op.create_index(
        "portfolios_untold_idx",
        "portfolios",
        ["told_at"],
        unique=False,
        postgresql_where=sa.text("value IS DISTINCT FROM told_value"),
    )
    op.create_table(
        "price_windows",
        sa.Column("asset_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("close", sa.Numeric(precision=28, scale=8), nullable=True),
        sa.Column("closes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("bases", postgresql.ARRAY(sa.Numeric()), nullable=False),
        sa.PrimaryKeyConstraint("asset_id"),
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("description", sa.String(length=255), server_default="", nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("disabled_reason", sa.String(length=255), nullable=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("previous_secret", sa.Text(), nullable=True),
        sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint(
            "(failures > 0) = (failing_since IS NOT NULL)", name="webhooks_failures_have_a_start"
        ),
        sa.CheckConstraint(
            "(previous_secret IS NULL) = (previous_until IS NULL)",
            name="webhooks_previous_secret_ends",
        ),
        sa.CheckConstraint(
            "NOT is_active OR disabled_reason IS NULL", name="webhooks_disabled_are_inactive"
        ),
        sa.CheckConstraint("cardinality(events) > 0", name="webhooks_want_something"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_webhooks_owner_id"), "webhooks", ["owner_id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=10), server_default="PENDING", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("claims", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_attempt", sa.DateTime(timezone=True), nullable=True),
        sa.Column("response_status", sa.Integer(), nullable=True),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=255), nullable=True),
        sa.Column(
            "created", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint(
            "claimed_until IS NULL OR status = 'PENDING'", name="deliveries_claimed_are_pending"
        ),
        sa.CheckConstraint(
            "status IN ('PENDING', 'DELIVERED', 'FAILED')", name="deliveries_status_known"
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id", "webhook_id", name="deliveries_message_webhook_key"),
    )
    op.create_index(
        "deliveries_claimed_idx",
        "deliveries",
        ["webhook_id", "claimed_until"],
        unique=False,
        postgresql_where=sa.text("claimed_until IS NOT NULL"),
    )
    op.create_index(
        "deliveries_due_idx",
        "deliveries",
        ["webhook_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("status = 'PENDING'"),
    )
    op.create_index("deliveries_log_idx", "deliveries", ["webhook_id", "id"], unique=False)
    op.create_table(
        "firings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Numeric(precision=28, scale=8), nullable=False),
        sa.Column("threshold", sa.Numeric(precision=20, scale=8), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("firings_alert_idx", "firings", ["alert_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("firings")
    op.drop_table("deliveries")
    op.drop_table("webhooks")
    op.drop_table("price_windows")
    op.drop_table("portfolios")
    op.drop_table("outbox")
    op.drop_table("messages")
    op.drop_table("inbox")
    op.drop_table("idempotency_keys")
    op.drop_table("holdings")
    op.drop_table("assets")
    op.drop_table("alerts")
