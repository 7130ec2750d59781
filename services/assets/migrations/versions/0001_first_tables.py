"""Assets' first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # An asset's splits multiply, and PostgreSQL has no exact product of rows.
    op.execute("CREATE AGGREGATE product(numeric) (SFUNC = numeric_mul, STYPE = numeric)")
    op.create_table(
        "assets",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("symbol", sa.String(length=32, collation="C"), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("asset_type", sa.String(length=20), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("isin", sa.String(length=12), nullable=True),
        sa.Column("exchange", sa.String(length=50), nullable=True),
        sa.Column("sector", sa.String(length=100), nullable=True),
        sa.Column("industry", sa.String(length=100), nullable=True),
        sa.Column("country", sa.String(length=100), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("market_cap", sa.Numeric(precision=24, scale=8), nullable=True),
        sa.Column("current_price", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("previous_close", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("price_date", sa.Date(), nullable=True),
        sa.Column("day_high", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("day_low", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("volume", sa.BigInteger(), nullable=True),
        sa.Column("last_price_update", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "modified", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint(
            "asset_type IN ('STOCK', 'ETF', 'MUTUAL_FUND', 'BOND', 'CRYPTO', 'COMMODITY',"
            " 'CURRENCY', 'INDEX', 'REAL_ESTATE', 'CASH', 'OTHER')",
            name="assets_type_known",
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name="assets_currency_form"),
        sa.CheckConstraint("isin ~ '^[A-Z]{2}[A-Z0-9]{9}[0-9]$'", name="assets_isin_form"),
        sa.CheckConstraint(
            "symbol ~ '^[A-Z0-9.^=_/:&+#-]+( [A-Z0-9.^=_/:&+#-]+)*$'", name="assets_symbol_form"
        ),
        sa.CheckConstraint(
            "(current_price IS NULL) = (price_date IS NULL)", name="assets_price_has_a_date"
        ),
        sa.CheckConstraint("market_cap >= 0", name="assets_market_cap_not_negative"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "assets_in_use_symbol_idx",
        "assets",
        ["symbol", "id"],
        postgresql_where=sa.text("is_active"),
    )
    op.create_index(
        "assets_owner_idx", "assets", ["owner_id"], postgresql_where=sa.text("owner_id IS NOT NULL")
    )
    op.create_index(
        "assets_private_symbol_key",
        "assets",
        ["owner_id", "symbol"],
        unique=True,
        postgresql_where=sa.text("owner_id IS NOT NULL AND is_active"),
    )
    op.create_index(
        "assets_public_symbol_key",
        "assets",
        ["symbol"],
        unique=True,
        postgresql_where=sa.text("owner_id IS NULL AND is_active"),
    )
    op.create_index("ix_assets_isin", "assets", ["isin"])
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
    op.create_index("ix_idempotency_keys_created", "idempotency_keys", ["created"])
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
    op.create_index("inbox_received_at", "inbox", ["received_at"], postgresql_using="brin")
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
        "outbox_unpublished", "outbox", ["id"], postgresql_where=sa.text("published_at IS NULL")
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("asset_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("status", sa.String(length=10), server_default="PENDING", nullable=False),
        sa.Column("progress", sa.Integer(), server_default="0", nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.Column("error", postgresql.JSONB(), nullable=True),
        sa.Column(
            "created", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(finished IS NOT NULL) = (status IN ('DONE', 'FAILED'))", name="jobs_end_once"
        ),
        sa.CheckConstraint(
            "status IN ('PENDING', 'RUNNING', 'DONE', 'FAILED')", name="jobs_status_known"
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name="jobs_progress_in_percent"),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("jobs_asset_idx", "jobs", ["asset_id", "created"])
    op.create_index("jobs_open_idx", "jobs", ["id"], postgresql_where=sa.text("finished IS NULL"))
    op.create_table(
        "prices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("asset_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("open", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("high", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("low", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("close", sa.Numeric(precision=20, scale=8), nullable=False),
        sa.Column("volume", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=30), nullable=False),
        sa.Column("quoted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "close > 0 AND open > 0 AND high > 0 AND low > 0", name="prices_are_positive"
        ),
        sa.CheckConstraint(
            "high >= greatest(open, low, close) AND low <= least(open, high, close)",
            name="prices_range_holds_all",
        ),
        sa.CheckConstraint("volume >= 0", name="prices_volume_not_negative"),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("asset_id", "date", name="prices_asset_date_key"),
    )
    op.create_index("prices_date_idx", "prices", ["date", "id"])
    op.create_table(
        "search_entries",
        sa.Column("asset_id", sa.BigInteger(), nullable=False),
        sa.Column("terms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("asset_id"),
    )
    op.create_index("search_entries_terms_idx", "search_entries", ["terms"], postgresql_using="gin")
    op.create_table(
        "splits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("asset_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "numerator > 0 AND denominator > 0 AND numerator <> denominator",
            name="splits_change_something",
        ),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("asset_id", "date", name="splits_asset_date_key"),
    )


def downgrade() -> None:
    op.drop_table("splits")
    op.drop_table("search_entries")
    op.drop_table("prices")
    op.drop_table("jobs")
    op.drop_table("outbox")
    op.drop_table("inbox")
    op.drop_table("idempotency_keys")
    op.drop_table("assets")
    op.execute("DROP AGGREGATE product(numeric)")
