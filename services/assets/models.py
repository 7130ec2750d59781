"""Tables of assets."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypedDict

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    Sequence,
    String,
    Text,
    UniqueConstraint,
    func,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.assets.domain.identifiers import (
    DATA_SYMBOL_LENGTH,
    ISIN_PATTERN,
    SYMBOL_LENGTH,
    SYMBOL_PATTERN,
)
from shared.bus.inbox import InboxMixin
from shared.bus.outbox import OutboxMixin
from shared.finance.asset_types import ASSET_TYPES
from shared.finance.money import trimmed
from shared.http.idempotency import IdempotencyMixin
from shared.http.jobs import JobMixin

PUBLIC: Final = "PUBLIC"
PRIVATE: Final = "PRIVATE"
# 12 digits before the point and 8 after it, as the contract accepts them.
PRICE: Final = Numeric(20, 8)


class Base(DeclarativeBase):
    """Assets' own metadata."""


PRICE_IMPORT_IDS: Final = Sequence("price_import_ids", metadata=Base.metadata)


class AssetFields(TypedDict, total=False):
    """What people write of an asset."""

    symbol: str
    name: str
    asset_type: str
    currency: str
    exchange: str | None
    market_cap: Decimal | None
    sector: str | None
    industry: str | None
    isin: str | None
    country: str | None
    is_active: bool
    data_source: str | None
    data_symbol: str | None


class Asset(Base):
    """Something that has a price.

    Its price columns repeat the two newest rows of its prices, so that a list of assets reads no
    history; `commands` keeps them equal under the row's lock.

    Attributes:
        owner_id: the user it is private to; None is public.
        data_source: who is asked for its prices; None is the first that has its kind, for public
            ones, and nobody for private ones unless their owner asks.
        data_symbol: what it is called there; None is its symbol.
        is_of_import: whether it was made for a file of transactions that named it; such a one goes
            again with the last import that names it, if its owner says so.
        sequence: of the events on it; grows by one with each.
        revision: of what people write; `If-Match` compares it, so that a moving price does not
            refuse a new name.
    """

    __tablename__ = "assets"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    symbol: Mapped[str] = mapped_column(String(SYMBOL_LENGTH, collation="C"))
    name: Mapped[str] = mapped_column(String(255))
    asset_type: Mapped[str] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(String(3))
    isin: Mapped[str | None] = mapped_column(String(12), index=True)
    exchange: Mapped[str | None] = mapped_column(String(50))
    sector: Mapped[str | None] = mapped_column(String(100))
    industry: Mapped[str | None] = mapped_column(String(100))
    country: Mapped[str | None] = mapped_column(String(100))
    is_active: Mapped[bool] = mapped_column(Boolean, server_default="true")
    market_cap: Mapped[Decimal | None] = mapped_column(Numeric(24, 8))
    data_source: Mapped[str | None] = mapped_column(String(30))
    data_symbol: Mapped[str | None] = mapped_column(String(DATA_SYMBOL_LENGTH))
    is_of_import: Mapped[bool] = mapped_column(Boolean, server_default="false")
    current_price: Mapped[Decimal | None] = mapped_column(PRICE)
    previous_close: Mapped[Decimal | None] = mapped_column(PRICE)
    price_date: Mapped[date | None] = mapped_column(Date)
    price_source: Mapped[str | None] = mapped_column(String(30))
    split_dates: Mapped[list[date]] = mapped_column(ARRAY(Date), server_default="{}")
    day_high: Mapped[Decimal | None] = mapped_column(PRICE)
    day_low: Mapped[Decimal | None] = mapped_column(PRICE)
    volume: Mapped[int | None] = mapped_column(BigInteger)
    last_price_update: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sequence: Mapped[int] = mapped_column(Integer, server_default="1")
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    modified: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )

    __table_args__ = (
        # Retired assets give their symbol back: exchanges hand out the tickers of the dead again.
        Index(
            "assets_public_symbol_key",
            "symbol",
            unique=True,
            postgresql_where=text("owner_id IS NULL AND is_active"),
        ),
        Index(
            "assets_private_symbol_key",
            "owner_id",
            "symbol",
            unique=True,
            postgresql_where=text("owner_id IS NOT NULL AND is_active"),
        ),
        # The order of lists, and symbols that begin with something.
        Index("assets_in_use_symbol_idx", "symbol", "id", postgresql_where=text("is_active")),
        # Exchange rates rest on retired pairs too.
        Index("assets_pair_symbol_idx", "symbol", postgresql_where=text("asset_type = 'CURRENCY'")),
        Index("assets_owner_idx", "owner_id", postgresql_where=text("owner_id IS NOT NULL")),
        CheckConstraint(f"symbol ~ '{SYMBOL_PATTERN}'", name="assets_symbol_form"),
        CheckConstraint(f"isin ~ '{ISIN_PATTERN}'", name="assets_isin_form"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="assets_currency_form"),
        CheckConstraint(f"asset_type IN {ASSET_TYPES}", name="assets_type_known"),
        CheckConstraint("market_cap >= 0", name="assets_market_cap_not_negative"),
        CheckConstraint(
            "(current_price IS NULL) = (price_date IS NULL)", name="assets_price_has_a_date"
        ),
    )

    @property
    def visibility(self) -> str:
        """PUBLIC or PRIVATE."""
        return PUBLIC if self.owner_id is None else PRIVATE

    def card(self) -> dict[str, Any]:
        """Return what other services keep of it: the catalogue's `AssetCard`."""
        return {
            "id": self.id,
            "symbol": self.symbol,
            "name": self.name,
            "asset_type": self.asset_type,
            "currency": self.currency,
            "isin": self.isin,
            "exchange": self.exchange,
            "sector": self.sector,
            "industry": self.industry,
            "country": self.country,
            "visibility": self.visibility,
            "owner": self.owner_id,
            "is_active": self.is_active,
            "current_price": price_text(self.current_price),
            "previous_close": price_text(self.previous_close),
            "price_date": self.price_date.isoformat() if self.price_date else None,
            "price_source": self.price_source,
            "split_dates": [day.isoformat() for day in self.split_dates],
        }


def visible_to(user_id: int) -> ColumnElement[bool]:
    """Return the one rule of who sees an asset: public ones everybody, private ones their owner."""
    return or_(Asset.owner_id.is_(None), Asset.owner_id == user_id)


def price_text(price: Decimal | None) -> str | None:
    """Return a price as events and internal answers carry it: "175.50", "0.961"."""
    return None if price is None else trimmed(price, 2)


class Price(Base):
    """The price of one asset on one day, as traded.

    Attributes:
        import_id: of the file, or list, that it came by last, one of `PRICE_IMPORT_IDS`.
    """

    __tablename__ = "prices"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"))
    date: Mapped[date] = mapped_column(Date)
    open: Mapped[Decimal | None] = mapped_column(PRICE)
    high: Mapped[Decimal | None] = mapped_column(PRICE)
    low: Mapped[Decimal | None] = mapped_column(PRICE)
    close: Mapped[Decimal] = mapped_column(PRICE)
    volume: Mapped[int | None] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(30))
    quoted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    import_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        UniqueConstraint("asset_id", "date", name="prices_asset_date_key"),
        Index("prices_date_idx", "date", "id"),
        Index("prices_import_idx", "import_id", postgresql_where=text("import_id IS NOT NULL")),
        CheckConstraint(
            "close > 0 AND open > 0 AND high > 0 AND low > 0", name="prices_are_positive"
        ),
        CheckConstraint(
            "high >= greatest(open, low, close) AND low <= least(open, high, close)",
            name="prices_range_holds_all",
        ),
        CheckConstraint("volume >= 0", name="prices_volume_not_negative"),
    )


class Split(Base):
    """A split of an asset: `numerator` new for `denominator` old ones, before the day's trading.

    What is adjusted for it is derived in queries; `Price` stays as traded.
    """

    __tablename__ = "splits"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"))
    date: Mapped[date] = mapped_column(Date)
    numerator: Mapped[int] = mapped_column(Integer)
    denominator: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        UniqueConstraint("asset_id", "date", name="splits_asset_date_key"),
        CheckConstraint(
            "numerator > 0 AND denominator > 0 AND numerator <> denominator",
            name="splits_change_something",
        ),
    )


class Ledger(Base):
    """How far we have followed the trades of a portfolio, which is another service's.

    A deleted one stays as its number and sequence alone, so that an event that arrives late does
    not bring its trades back.
    """

    __tablename__ = "ledgers"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger)
    is_deleted: Mapped[bool] = mapped_column(Boolean, server_default="false")


class Trade(Base):
    """A trade of a private asset, in the asset's currency: the close of its day, if need be.

    Attributes:
        id: that of the transaction; the trades of a ledger are numbered in the order of creation.
    """

    __tablename__ = "trades"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"))
    date: Mapped[date] = mapped_column(Date)
    price: Mapped[Decimal] = mapped_column(PRICE)

    __table_args__ = (
        Index("trades_ledger_idx", "ledger_id"),
        Index("trades_asset_date_idx", "asset_id", "date"),
        CheckConstraint("price > 0", name="trades_price_positive"),
    )


class Feed(Base):
    """What a source was asked of an asset, and when it is due to be asked unasked.

    A table of its own, because prices rewrite the asset's row many times a day.

    Attributes:
        owner_id: the asset's; 0 is public.
        asked: its last turn, whatever came of it.
        due: None is not unasked.
        asked_from: the first day that its source was asked for; None is none yet.
        failures: since it last answered.
    """

    __tablename__ = "feeds"

    asset_id: Mapped[int] = mapped_column(
        ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True
    )
    owner_id: Mapped[int] = mapped_column(BigInteger)
    asked: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), server_default=func.now())
    asked_from: Mapped[date | None] = mapped_column(Date)
    failures: Mapped[int] = mapped_column(Integer, server_default="0")

    __table_args__ = (
        Index("feeds_due_idx", "due"),
        Index("feeds_owner_idx", "owner_id", "asked"),
    )


class Job(JobMixin, Base):
    """Bulks and refreshes that take longer than a request.

    Attributes:
        asset_id, result, error: written by the release before alone; see `commands.adopt_old_jobs`.
    """

    asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)

    status: Mapped[str] = mapped_column(String(10), server_default="PENDING")

    __table_args__ = (
        *JobMixin.indexes(),
        Index("jobs_asset_idx", "asset_id", "created"),
        Index("jobs_open_idx", "id", postgresql_where=text("finished IS NULL")),
        # The release before writes its own words: PENDING, RUNNING, DONE, FAILED.
        CheckConstraint(
            "lower(status) IN ('pending', 'queued', 'running', 'done', 'failed')",
            name="jobs_status_known",
        ),
        CheckConstraint("progress BETWEEN 0 AND 100", name="jobs_progress_in_percent"),
        CheckConstraint(
            "(finished IS NOT NULL) = (lower(status) IN ('done', 'failed'))", name="jobs_end_once"
        ),
    )


class SearchEntry(Base):
    """The terms under which an asset is found.

    A table of its own, because prices rewrite the asset's row many times a day.
    """

    __tablename__ = "search_entries"

    asset_id: Mapped[int] = mapped_column(
        ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True
    )
    terms: Mapped[list[str]] = mapped_column(ARRAY(Text))

    __table_args__ = (Index("search_entries_terms_idx", "terms", postgresql_using="gin"),)


class OutboxMessage(OutboxMixin, Base):
    """Assets' events on their way to the bus."""


class InboxMessage(InboxMixin, Base):
    """Events that assets has applied."""


class IdempotencyKey(IdempotencyMixin, Base):
    """Answers given under an `Idempotency-Key`."""
