"""Our copy of assets and of the closes of currency pairs."""

from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.portfolio.models.base import Base

# As the assets service keeps it.
PRICE: Final = Numeric(20, 8)


class Asset(Base):
    """An asset as its owner last told of it.

    Attributes:
        is_released: whether its owner was told that it may delete it; no transaction names it, and
            none will.
    """

    __tablename__ = "assets"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    symbol: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    asset_type: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(String(3))
    isin: Mapped[str | None] = mapped_column(String(12))
    exchange: Mapped[str | None] = mapped_column(Text)
    sector: Mapped[str | None] = mapped_column(Text)
    industry: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str | None] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(Boolean)
    current_price: Mapped[Decimal | None] = mapped_column(PRICE)
    previous_close: Mapped[Decimal | None] = mapped_column(PRICE)
    price_date: Mapped[date | None] = mapped_column(Date)
    price_source: Mapped[str | None] = mapped_column(Text)
    split_dates: Mapped[list[date]] = mapped_column(ARRAY(Date), server_default="{}")
    sequence: Mapped[int] = mapped_column(Integer)
    is_released: Mapped[bool] = mapped_column(Boolean, server_default="false")

    __table_args__ = (
        Index("assets_symbol_idx", "symbol"),
        CheckConstraint("sequence >= 1", name="assets_sequence_counts"),
    )


class NamedAsset(NamedTuple):
    """What of an asset those need that name it; no session follows it."""

    id: int
    symbol: str
    currency: str
    is_active: bool


class FxClose(Base):
    """The close of a currency pair on one day; kept for assets of the type CURRENCY."""

    __tablename__ = "fx_closes"

    asset_id: Mapped[int] = mapped_column(
        ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True
    )
    date: Mapped[date] = mapped_column(Date, primary_key=True)
    close: Mapped[Decimal] = mapped_column(PRICE)

    __table_args__ = (CheckConstraint("close > 0", name="fx_closes_are_positive"),)
