"""Positions."""

import json
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.portfolio.domain.holding import Holding
from services.portfolio.models.base import EXACT_NUMBER, Base
from shared.finance.lots import CostMethod, Lot, Lots
from shared.finance.money import EXACT, GRID, round_to
from shared.finance.rates import PLACES

AVERAGE_COST_PLACES: Final = 8


class Position(Base):
    """What the ledger of a portfolio adds up to for one asset: a stored `domain.Holding`.

    `commands` alone writes it, from entries. One whose quantity is 0 was closed.

    Attributes:
        last_date, last_was_no_split, last_id: the place of the last entry in the ledger.
        sequence: of the events on it; grows by one with each.
    """

    __tablename__ = "positions"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id", ondelete="CASCADE"))
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"))
    quantity: Mapped[Decimal] = mapped_column(EXACT_NUMBER)
    lots: Mapped[list[list[str | None]]] = mapped_column(JSONB)
    cost: Mapped[Decimal] = mapped_column(EXACT_NUMBER)
    base_cost: Mapped[Decimal | None] = mapped_column(EXACT_NUMBER)
    realized: Mapped[Decimal] = mapped_column(EXACT_NUMBER)
    base_realized: Mapped[Decimal | None] = mapped_column(EXACT_NUMBER)
    income: Mapped[Decimal] = mapped_column(EXACT_NUMBER)
    base_income: Mapped[Decimal | None] = mapped_column(EXACT_NUMBER)
    first_purchase_date: Mapped[date | None] = mapped_column(Date)
    last_date: Mapped[date] = mapped_column(Date)
    last_was_no_split: Mapped[bool] = mapped_column(Boolean)
    last_id: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        UniqueConstraint("portfolio_id", "asset_id", name="positions_portfolio_asset_key"),
        Index("positions_asset_idx", "asset_id"),
        CheckConstraint("quantity >= 0", name="positions_quantity_not_negative"),
        CheckConstraint(
            "quantity > 0 OR (cost = 0 AND base_cost = 0 AND lots = '[]')",
            name="positions_closed_cost_nothing",
        ),
        CheckConstraint("sequence >= 1", name="positions_sequence_counts"),
    )

    @property
    def revision(self) -> int:
        """What `If-Match` compares: each change of a position is told, so its events count them."""
        return self.sequence

    @property
    def unit_cost(self) -> Decimal | None:
        """The average cost of one unit, in the asset's currency; None when nothing is held."""
        if not self.quantity:
            return None
        return round_to(EXACT.divide(self.cost, self.quantity), GRID)

    @property
    def cost_rate(self) -> Decimal | None:
        """The exchange rate at which it cost what it did; None when unknown, or it cost nothing."""
        if not self.cost or self.base_cost is None:
            return None
        return round_to(EXACT.divide(self.base_cost, self.cost), PLACES)


class StoredPosition(NamedTuple):
    """A position as it is read to be changed: the columns of `Position`."""

    id: int
    portfolio_id: int
    asset_id: int
    quantity: Decimal
    lots: list[list[str | None]]
    realized: Decimal
    base_realized: Decimal | None
    income: Decimal
    base_income: Decimal | None
    first_purchase_date: date | None
    last_date: date
    last_was_no_split: bool
    last_id: int
    sequence: int

    def holding(self, method: CostMethod) -> Holding:
        """Return the holding as it was stored, by its portfolio's cost method."""
        return Holding(
            lots=Lots.of(method, map(Lot.from_json, self.lots)),
            quantity=self.quantity,
            realized=self.realized,
            base_realized=self.base_realized,
            income=self.income,
            base_income=self.base_income,
            first_purchase_date=self.first_purchase_date,
            last_order=(self.last_date, self.last_was_no_split, self.last_id),
        )


# What a holding is stored in.
OF_HOLDING: Final = (
    *("quantity", "lots", "cost", "base_cost", "realized", "base_realized", "income"),
    *("base_income", "first_purchase_date", "last_date", "last_was_no_split", "last_id"),
)


def columns_of(holding: Holding) -> dict[str, Any]:
    """Return a holding, which has at least one entry, as `OF_HOLDING` stores it."""
    if holding.last_order is None:
        raise ValueError("A position has at least one entry.")
    last_date, last_was_no_split, last_id = holding.last_order
    return {
        "quantity": holding.quantity,
        "lots": json.dumps([lot.to_json() for lot in holding.lots]),
        "cost": holding.cost,
        "base_cost": holding.base_cost,
        "realized": holding.realized,
        "base_realized": holding.base_realized,
        "income": holding.income,
        "base_income": holding.base_income,
        "first_purchase_date": holding.first_purchase_date,
        "last_date": last_date,
        "last_was_no_split": last_was_no_split,
        "last_id": last_id,
    }
