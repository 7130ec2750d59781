"""Lots, and which of them a sale takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import Final

from services.portfolio.domain.entries import GRID, ZERO, minus, plus
from shared.money import EXACT, plain, round_to
from shared.vocabulary import CostMethod

QUANTITY_PLACES: Final = 8


@dataclass(frozen=True, slots=True)
class Lot:
    """What was acquired together and is still held; with AVERAGE there is one for all.

    Attributes:
        since: the day it was acquired.
        cost: in the asset's currency.
        base_cost: in the portfolio's, at the rate of its day; None when that is unknown.
    """

    since: date
    quantity: Decimal
    cost: Decimal
    base_cost: Decimal | None

    def split_off(self, quantity: Decimal) -> tuple["Lot", "Lot"]:
        """Return the part of `quantity` and the rest; together they are this lot exactly."""
        cost = _share(self.cost, quantity, self.quantity)
        base = None if self.base_cost is None else _share(self.base_cost, quantity, self.quantity)
        part = Lot(self.since, quantity, cost, base)
        rest = Lot(
            self.since,
            EXACT.subtract(self.quantity, quantity),
            EXACT.subtract(self.cost, cost),
            minus(self.base_cost, base),
        )
        return part, rest

    def joined(self, other: "Lot") -> "Lot":
        """Return both as one lot, since the earlier day."""
        return Lot(
            min(self.since, other.since),
            EXACT.add(self.quantity, other.quantity),
            EXACT.add(self.cost, other.cost),
            plus(self.base_cost, other.base_cost),
        )

    def to_json(self) -> list[str | None]:
        """Return the lot as texts."""
        base = None if self.base_cost is None else plain(self.base_cost)
        return [self.since.isoformat(), plain(self.quantity), plain(self.cost), base]

    @classmethod
    def from_json(cls, texts: list[str | None]) -> "Lot":
        """Return the lot that `to_json` wrote."""
        since, quantity, cost, base = texts
        return cls(
            date.fromisoformat(since or ""),
            Decimal(quantity or 0),
            Decimal(cost or 0),
            None if base is None else Decimal(base),
        )


Lots = tuple[Lot, ...]


def add(lots: Lots, lot: Lot, method: CostMethod) -> Lots:
    """Return `lots`, in the order of acquisition, with one more."""
    if method is CostMethod.AVERAGE and lots:
        return (lots[0].joined(lot),)
    return (*lots, lot)


def take(lots: Lots, quantity: Decimal, method: CostMethod) -> tuple[Lot, Lots]:
    """Return what a sale of `quantity` takes, joined, and what remains in the same order.

    Args:
        lots: not empty, and holding at least `quantity`.
    """
    remaining = list(lots)
    emptied: list[int] = []
    taken: list[Lot] = []
    wanted = quantity
    for index in _ORDER[method](lots):
        lot = lots[index]
        if wanted < lot.quantity:
            part, remaining[index] = lot.split_off(wanted)
        else:
            part = lot
            emptied.append(index)
        taken.append(part)
        wanted = EXACT.subtract(wanted, part.quantity)
        if not wanted:
            break
    for index in sorted(emptied, reverse=True):
        del remaining[index]
    return reduce(Lot.joined, taken), tuple(remaining)


def split(lots: Lots, ratio: Fraction) -> Lots:
    """Return `lots` after a split: quantities × ratio to 8 decimals, costs as they were.

    The cumulated quantities are rounded, so that the lots sum to the rounded total exactly. A lot
    too small to leave anything gives its cost to its neighbour.
    """
    found: list[Lot] = []
    held = before = ZERO
    loose: Lot | None = None
    for lot in lots:
        held = EXACT.add(held, lot.quantity)
        after = scaled(held, ratio)
        new = replace(lot, quantity=EXACT.subtract(after, before))
        before = after
        new = loose.joined(new) if loose else new
        loose = None if new.quantity else new
        if new.quantity:
            found.append(new)
    if loose and found:
        found[-1] = found[-1].joined(loose)
    return tuple(found)


def scaled(quantity: Decimal, ratio: Fraction) -> Decimal:
    """Return quantity × ratio to 8 decimals, rounded once: 300 × 1:3 is 100."""
    product = EXACT.multiply(quantity, Decimal(ratio.numerator))
    return round_to(EXACT.divide(product, Decimal(ratio.denominator)), QUANTITY_PLACES)


def base_cost(lots: Lots) -> Decimal | None:
    """Return the cost of all lots in the portfolio's currency; None when one is unknown."""
    total: Decimal | None = ZERO
    for lot in lots:
        total = plus(total, lot.base_cost)
    return total


def _share(cost: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    return round_to(EXACT.divide(EXACT.multiply(cost, part), whole), GRID)


def _highest_cost_first(lots: Lots) -> Sequence[int]:
    units = [EXACT.divide(lot.cost, lot.quantity) for lot in lots]
    return sorted(range(len(lots)), key=units.__getitem__, reverse=True)


# The lots in the order in which a sale takes them; of equal costs the older lot goes first.
_ORDER: Final[Mapping[CostMethod, Callable[[Lots], Sequence[int]]]] = {
    CostMethod.AVERAGE: lambda lots: range(len(lots)),
    CostMethod.FIFO: lambda lots: range(len(lots)),
    CostMethod.LIFO: lambda lots: range(len(lots) - 1, -1, -1),
    CostMethod.HIFO: _highest_cost_first,
}
