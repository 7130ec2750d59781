"""What we keep of assets and portfolios, which others own."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, Date, DateTime, Index, Numeric, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.webhooks.models.base import VALUE, Base


class Asset(Base):
    """What we keep of an asset: the price that was told last, as of one sequence."""

    __tablename__ = "assets"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger)
    price: Mapped[Decimal | None] = mapped_column(VALUE)
    price_date: Mapped[date | None] = mapped_column(Date)


class PriceWindow(Base):
    """The last closes of an asset that has rules on its change, as of one sequence.

    A later price of the same day moves `close` alone; the rest is written when a day begins.

    Attributes:
        day, close: the newest; None where the asset has no price.
        closes: see `domain.closes.Closes`; its own close of `day` may be an earlier one.
        bases: see `domain.closes.Closes.bases`, of `day`.
    """

    __tablename__ = "price_windows"

    asset_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date | None] = mapped_column(Date)
    close: Mapped[Decimal | None] = mapped_column(VALUE)
    closes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    bases: Mapped[list[Decimal]] = mapped_column(ARRAY(Numeric))


NOBODY: Final = 0
ENDED: Final = 2**63 - 1  # no event comes after it


class Portfolio(Base):
    """What we keep of a portfolio: whose it is, and what it was worth.

    A deleted one is user 0's, who is nobody, at `ENDED`, so that nothing late brings it back.

    Attributes:
        sequence: of its card.
        value: the last one, rounded as it is printed.
        value_sequence: of the event that said so.
        day: of that value.
        metrics: its performance and risk figures, as they were computed last.
        metrics_sequence: of the event that said so.
        told_value: the one that subscribers know.
    """

    __tablename__ = "portfolios"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    owner_id: Mapped[int] = mapped_column(BigInteger, index=True)
    currency: Mapped[str] = mapped_column(String(3))
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    value: Mapped[Decimal | None] = mapped_column(VALUE)
    value_sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    day: Mapped[date | None] = mapped_column(Date)
    metrics: Mapped[dict[str, str | None]] = mapped_column(
        JSONB, server_default="{}", deferred=True
    )
    metrics_sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    told_value: Mapped[Decimal | None] = mapped_column(VALUE)
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        Index(
            "portfolios_untold_idx",
            "told_at",
            postgresql_where=text("value IS DISTINCT FROM told_value"),
        ),
    )


class Holding(Base):
    """How much of an asset a portfolio holds.

    Attributes:
        position_id, sequence: of the event that said so; 0 where the ledger was asked.
    """

    __tablename__ = "holdings"

    portfolio_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    asset_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    owner_id: Mapped[int] = mapped_column(BigInteger, index=True)
    quantity: Mapped[Decimal] = mapped_column(VALUE)
    position_id: Mapped[int] = mapped_column(BigInteger, server_default="0")
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")

    __table_args__ = (
        Index("holdings_held_idx", "asset_id", postgresql_where=text("quantity <> 0")),
    )
