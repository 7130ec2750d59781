"""Tables of analytics: what it keeps of portfolios, ledgers, assets and prices."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.bus.inbox import InboxMixin
from shared.bus.outbox import OutboxMixin


class Base(DeclarativeBase):
    """Analytics' own metadata."""


class Portfolio(Base):
    """A portfolio as its owner last told of it.

    A deleted one stays as its number and sequence alone, so that an event that arrives late does
    not bring it back. It is behind from the time on that we know that its owner has more until all
    of that is stored: the ledger then is an older one, whole all the same.
    """

    __tablename__ = "portfolios"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    owner_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(255))
    currency: Mapped[str] = mapped_column(String(3))
    cost_basis_method: Mapped[str] = mapped_column(String(10))
    sequence: Mapped[int] = mapped_column(BigInteger)
    is_deleted: Mapped[bool] = mapped_column(Boolean, server_default="false")
    is_behind: Mapped[bool] = mapped_column(Boolean, server_default="false")

    __table_args__ = (
        Index("portfolios_behind", "id", postgresql_where=text("is_behind")),
        CheckConstraint("sequence >= 0", name="portfolios_sequence_counts"),
    )


class LedgerEntry(Base):
    """A transaction, as far as values and flows depend on it."""

    __tablename__ = "ledger_entries"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id", ondelete="CASCADE"))
    asset_id: Mapped[int | None] = mapped_column(BigInteger)
    date: Mapped[date] = mapped_column(Date)
    position_in_day: Mapped[int] = mapped_column(BigInteger)
    transaction_type: Mapped[str] = mapped_column(String(20))
    quantity: Mapped[Decimal | None] = mapped_column(Numeric)
    price: Mapped[Decimal | None] = mapped_column(Numeric)
    fees: Mapped[Decimal] = mapped_column(Numeric)
    taxes: Mapped[Decimal] = mapped_column(Numeric)
    cash_effect: Mapped[Decimal] = mapped_column(Numeric)
    currency: Mapped[str] = mapped_column(String(3))
    exchange_rate: Mapped[Decimal | None] = mapped_column(Numeric)
    ratio: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        Index("ledger_entries_portfolio", "portfolio_id", "date"),
        Index("ledger_entries_asset", "asset_id", "portfolio_id"),
    )


class Asset(Base):
    """An asset as its owner last told of it."""

    __tablename__ = "assets"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    symbol: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    asset_type: Mapped[str] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(String(3))
    sector: Mapped[str | None] = mapped_column(String(255))
    country: Mapped[str | None] = mapped_column(String(255))
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    is_active: Mapped[bool] = mapped_column(Boolean)
    sequence: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        Index("assets_symbol", func.upper(symbol)),
        CheckConstraint("sequence >= 0", name="assets_sequence_counts"),
    )


class PriceYear(Base):
    """One calendar year of an asset's prices as traded, packed: a tick rewrites one small row.

    `days` are little-endian int32 days since 1970-01-01, ascending; the others little-endian
    float64 of the same length, NaN where a day has none, NULL where no day of the year has one.
    `trade_days` are those of the days whose close is merely the price of a trade; NULL is none.
    """

    __tablename__ = "price_years"

    asset_id: Mapped[int] = mapped_column(
        ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True
    )
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    days: Mapped[bytes] = mapped_column(LargeBinary)
    close: Mapped[bytes] = mapped_column(LargeBinary)
    open: Mapped[bytes | None] = mapped_column(LargeBinary)
    high: Mapped[bytes | None] = mapped_column(LargeBinary)
    low: Mapped[bytes | None] = mapped_column(LargeBinary)
    volume: Mapped[bytes | None] = mapped_column(LargeBinary)
    trade_days: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        CheckConstraint(
            "octet_length(close) = 2 * octet_length(days)", name="price_years_columns_match"
        ),
    )


class Split(Base):
    """A split of an asset: `ratio` new shares for one old, from the open of `date` on."""

    __tablename__ = "splits"

    asset_id: Mapped[int] = mapped_column(
        ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True
    )
    date: Mapped[date] = mapped_column(Date, primary_key=True)
    ratio: Mapped[float] = mapped_column(Double)

    __table_args__ = (CheckConstraint("ratio > 0", name="splits_ratio_positive"),)


class Snapshot(Base):
    """A portfolio at the end of one market day, in its currency, not yet rounded.

    NULL is not known: a price or a rate is missing. One plain table: every read and every write is
    about days of one portfolio, which the key keeps together, and nothing is ever dropped by age;
    partitions would only add a lookup.
    """

    __tablename__ = "snapshots"

    portfolio_id: Mapped[int] = mapped_column(
        ForeignKey("portfolios.id", ondelete="CASCADE"), primary_key=True
    )
    date: Mapped[date] = mapped_column(Date, primary_key=True)
    total_value: Mapped[float | None] = mapped_column(Double)
    total_cost_basis: Mapped[float | None] = mapped_column(Double)
    cash_balance: Mapped[float | None] = mapped_column(Double)
    net_flow: Mapped[float | None] = mapped_column(Double)
    position_count: Mapped[int] = mapped_column(Integer)
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (CheckConstraint("position_count >= 0", name="snapshots_position_count"),)


class RevaluationMark(Base):
    """From `since` on a portfolio must be valued again; several of one are one valuation."""

    __tablename__ = "revaluation_marks"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    portfolio_id: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[date] = mapped_column(Date)
    marked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (Index("revaluation_marks_portfolio", "portfolio_id"),)


class LastValuation(Base):
    """What was last told of a portfolio's worth, and what that rests on.

    `sequence` is that of the last event on it, `total_value` as it was printed; `rate_symbols` are
    the pairs that may turn its assets' currencies into its own. Its risk is measured when
    `measure_after` has come; NULL is never.
    """

    __tablename__ = "last_valuations"

    portfolio_id: Mapped[int] = mapped_column(
        ForeignKey("portfolios.id", ondelete="CASCADE"), primary_key=True
    )
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    as_of: Mapped[date | None] = mapped_column(Date)
    total_value: Mapped[Decimal | None] = mapped_column(Numeric)
    rate_symbols: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    measured_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    measure_after: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        Index("last_valuations_rates", "rate_symbols", postgresql_using="gin"),
        Index(
            "last_valuations_due",
            "measure_after",
            postgresql_where=text("measure_after IS NOT NULL"),
        ),
    )


class OutboxMessage(OutboxMixin, Base):
    """Analytics' events on their way to the bus."""


class InboxMessage(InboxMixin, Base):
    """Events that analytics has applied."""
