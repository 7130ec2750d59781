"""The portfolio service's first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assets",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("asset_type", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("isin", sa.String(length=12), nullable=True),
        sa.Column("exchange", sa.Text(), nullable=True),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("current_price", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("previous_close", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("price_date", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name="assets_version_counts"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("assets_symbol_idx", "assets", ["symbol"])
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
        "outbox_unpublished",
        "outbox",
        ["id"],
        postgresql_where=sa.text("published_at IS NULL"),
    )
    op.create_table(
        "portfolios",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "cost_basis_method", sa.String(length=10), server_default="AVERAGE", nullable=False
        ),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("cash_since", sa.Date(), nullable=True),
        sa.Column("cash_balance", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("interest", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("charges", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("unrated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "modified", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint(
            "cost_basis_method IN ('AVERAGE', 'FIFO', 'LIFO', 'HIFO')",
            name="portfolios_method_known",
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name="portfolios_currency_form"),
        sa.CheckConstraint("unrated >= 0", name="portfolios_unrated_counts"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("portfolios_owner_idx", "portfolios", ["owner_id", "id"])
    op.create_table(
        "fx_closes",
        sa.Column("asset_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("close", sa.Numeric(precision=20, scale=8), nullable=False),
        sa.CheckConstraint("close > 0", name="fx_closes_are_positive"),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("asset_id", "date"),
    )
    op.create_table(
        "positions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("asset_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("lots", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cost", sa.Numeric(), nullable=False),
        sa.Column("base_cost", sa.Numeric(), nullable=True),
        sa.Column("realized", sa.Numeric(), nullable=False),
        sa.Column("base_realized", sa.Numeric(), nullable=True),
        sa.Column("income", sa.Numeric(), nullable=False),
        sa.Column("base_income", sa.Numeric(), nullable=True),
        sa.Column("first_purchase_date", sa.Date(), nullable=True),
        sa.Column("last_date", sa.Date(), nullable=False),
        sa.Column("last_was_no_split", sa.Boolean(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "quantity > 0 OR (cost = 0 AND base_cost = 0 AND lots = '[]')",
            name="positions_closed_cost_nothing",
        ),
        sa.CheckConstraint("quantity >= 0", name="positions_quantity_not_negative"),
        sa.CheckConstraint("version >= 1", name="positions_version_counts"),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"]),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolios.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("portfolio_id", "asset_id", name="positions_portfolio_asset_key"),
    )
    op.create_index("positions_asset_idx", "positions", ["asset_id"])
    op.create_table(
        "transactions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("asset_id", sa.BigInteger(), nullable=True),
        sa.Column("transaction_type", sa.String(length=20), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=True),
        sa.Column("price", sa.Numeric(), nullable=True),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.Column("fees", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("taxes", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("exchange_rate", sa.Numeric(), nullable=True),
        sa.Column("asset_rate", sa.Numeric(), server_default="1", nullable=False),
        sa.Column("ratio_new", sa.BigInteger(), nullable=True),
        sa.Column("ratio_old", sa.BigInteger(), nullable=True),
        sa.Column("derived", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "modified", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint(
            "(amount IS NULL) = (transaction_type IN ('SPLIT', 'TRANSFER_IN',"
            " 'TRANSFER_OUT', 'ADJUSTMENT'))",
            name="transactions_amount_by_type",
        ),
        sa.CheckConstraint(
            "CASE WHEN transaction_type = 'SPLIT' THEN ratio_new > 0 AND ratio_old > 0 AND"
            " ratio_new IS NOT NULL AND ratio_old IS NOT NULL ELSE ratio_new IS NULL AND"
            " ratio_old IS NULL END",
            name="transactions_ratio_by_type",
        ),
        sa.CheckConstraint(
            "CASE WHEN transaction_type IN ('BUY', 'SELL', 'TRANSFER_IN', 'TRANSFER_OUT',"
            " 'ADJUSTMENT') THEN quantity IS NOT NULL WHEN transaction_type = 'DIVIDEND'"
            " THEN true ELSE quantity IS NULL END",
            name="transactions_quantity_by_type",
        ),
        sa.CheckConstraint(
            "CASE WHEN transaction_type IN ('DEPOSIT', 'WITHDRAWAL') THEN asset_id IS NULL"
            " WHEN transaction_type IN ('BUY', 'SELL', 'DIVIDEND', 'SPLIT', 'TRANSFER_IN',"
            " 'TRANSFER_OUT', 'ADJUSTMENT') THEN asset_id IS NOT NULL ELSE true END",
            name="transactions_asset_by_type",
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name="transactions_currency_form"),
        sa.CheckConstraint(
            "quantity > 0 OR (quantity = 0 AND transaction_type = 'ADJUSTMENT')",
            name="transactions_quantity_positive",
        ),
        sa.CheckConstraint(
            "transaction_type IN ('BUY', 'SELL', 'DIVIDEND', 'INTEREST', 'FEE',"
            " 'FEE_REFUND', 'TAX', 'TAX_REFUND', 'DEPOSIT', 'WITHDRAWAL', 'SPLIT',"
            " 'TRANSFER_IN', 'TRANSFER_OUT', 'ADJUSTMENT')",
            name="transactions_type_known",
        ),
        sa.CheckConstraint(
            "exchange_rate > 0 AND asset_rate > 0", name="transactions_rates_positive"
        ),
        sa.CheckConstraint(
            "price >= 0 AND fees >= 0 AND taxes >= 0", name="transactions_not_negative"
        ),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"]),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolios.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("transactions_asset_idx", "transactions", ["asset_id"])
    op.create_index(
        "transactions_external_id_key",
        "transactions",
        ["portfolio_id", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index("transactions_list_idx", "transactions", ["portfolio_id", "date", "id"])
    op.create_index(
        "transactions_replay_idx",
        "transactions",
        ["portfolio_id", "asset_id", "date", "id"],
    )
    op.create_index(
        "transactions_unrated_idx",
        "transactions",
        ["portfolio_id"],
        postgresql_where=sa.text("exchange_rate IS NULL AND transaction_type <> 'SPLIT'"),
    )


def downgrade() -> None:
    op.drop_table("transactions")
    op.drop_table("positions")
    op.drop_table("fx_closes")
    op.drop_table("portfolios")
    op.drop_table("outbox")
    op.drop_table("inbox")
    op.drop_table("idempotency_keys")
    op.drop_table("assets")
