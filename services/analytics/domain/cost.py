"""The cost basis of what is held, day by day: the ledger's lots, their costs in float64.

The rules are those by which positions are kept to the last decimal; here they run once over the
whole past, for a curve, and money is rounded at the edge.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from services.analytics.domain.ledger import QUANTITY_SIGN, Entry, Ledger, split, units
from services.analytics.domain.series import Days, Floats, Indexes
from services.analytics.domain.valuation import Books
from shared.vocabulary import CostMethod, EntryType

# Costs of a unit that differ by less are equal ones that were divided.
EQUAL = 1e-12


class Lot(NamedTuple):
    """Units acquired together, counted in their last decimal, and what they cost.

    ``cost`` is in the portfolio's currency (NaN: not known), ``asset_cost`` in the asset's.
    """

    units: int
    cost: float
    asset_cost: float

    def part(self, count: int) -> "Lot":
        """Return ``count`` of the units at their part of the cost."""
        return Lot(count, self.cost * count / self.units, self.asset_cost * count / self.units)

    def joined(self, other: "Lot") -> "Lot":
        """Return both as one lot."""
        return Lot(
            self.units + other.units,
            self.cost + other.cost,
            self.asset_cost + other.asset_cost,
        )


Lots = list[Lot]


def _highest_cost(lots: Lots) -> int:
    """Return the dearest lot in the asset's currency, in which it is bought and sold."""
    each = [lot.asset_cost / lot.units for lot in lots]
    dearest = max(each)
    return next(i for i, cost in enumerate(each) if dearest - cost <= EQUAL * abs(dearest))


# The lot that a sale takes next, of lots in the order of acquisition; of equal ones the older.
_NEXT: dict[CostMethod, Callable[[Lots], int]] = {
    CostMethod.AVERAGE: lambda _: 0,
    CostMethod.FIFO: lambda _: 0,
    CostMethod.LIFO: lambda lots: len(lots) - 1,
    CostMethod.HIFO: _highest_cost,
}


class _Holding:
    """The lots of one asset while its entries pass by, and their cost together."""

    def __init__(self, method: CostMethod) -> None:
        self._method = method
        self._lots: Lots = []
        self.cost = 0.0

    def apply(self, row: Entry, cost: float, asset_cost: float) -> None:
        """Apply one entry, that costs ``cost`` where it brings units in."""
        sign = QUANTITY_SIGN.get(row.type, 0.0)
        if sign > 0.0:
            self._add(Lot(units(row.quantity), cost, asset_cost))
        elif sign < 0.0:
            self._take(units(row.quantity))
        elif row.type == EntryType.SPLIT:
            self._split(row.ratio)
        elif row.type == EntryType.ADJUSTMENT:
            self._lots, self.cost = [], 0.0
            self._add(Lot(units(row.quantity), cost, asset_cost))

    def _add(self, lot: Lot) -> None:
        if not lot.units:
            return
        self.cost += lot.cost
        if self._method is CostMethod.AVERAGE and self._lots:
            lot = self._lots.pop().joined(lot)
        self._lots.append(lot)

    def _take(self, wanted: int) -> None:
        while wanted and self._lots:
            index = _NEXT[self._method](self._lots)
            lot = self._lots.pop(index)
            left = lot.part(max(lot.units - wanted, 0))
            if left.units:
                self._lots.insert(index, left)
            self.cost -= lot.cost - left.cost
            wanted -= lot.units - left.units
        # The sale of the last unit takes all cost; one of unknown cost leaves the others' known.
        if not self._lots or math.isnan(self.cost):
            self.cost = sum(lot.cost for lot in self._lots)

    def _split(self, ratio: Fraction) -> None:
        """Scale the lots so that they sum to what is held then, and keep their cost.

        A lot too small to leave a unit gives its cost to its neighbour.
        """
        found: Lots = []
        held = before = 0
        loose: Lot | None = None
        for lot in self._lots:
            held += lot.units
            after = split(held, ratio)
            scaled = lot._replace(units=after - before)
            before = after
            scaled = loose.joined(scaled) if loose else scaled
            loose = None if scaled.units else scaled
            if scaled.units:
                found.append(scaled)
        if loose and found:
            found[-1] = found[-1].joined(loose)
        self._lots, self.cost = found, self.cost if found else 0.0


def cost_basis(books: Books, method: CostMethod, days: Days) -> Floats:
    """Return the cost of all that is held at the end of each of ``days``, shape (days,).

    Each acquisition at the rate of its day. NaN while something is held whose rate is not known.
    """
    ledger = books.ledger
    stated = _stated_costs(ledger)
    rates = ledger.exchange_rates(books.rates, books.currency)
    total = np.zeros(len(days))
    for asset in ledger.assets:
        positions = np.flatnonzero([row.asset == asset for row in ledger.entries])
        costs = _turned(stated, rates)[positions]
        own = _turned(stated[positions], _asset_rates(books, asset, positions, rates))
        after = _after_each([ledger.entries[i] for i in positions], costs, own, method)
        total += after[np.searchsorted(ledger.days[positions], days, side="right")]
    return total


def _stated_costs(ledger: Ledger) -> Floats:
    """Return what each entry costs that brings units in: money paid, else quantity × price."""
    paid = np.array([row.type == EntryType.BUY for row in ledger.entries], dtype=np.bool_)
    stated = np.array([row.quantity * row.price for row in ledger.entries], dtype=np.float64)
    return np.where(paid, -ledger.cash, stated)


def _turned(stated: Floats, rates: Floats) -> Floats:
    return np.where(stated == 0.0, 0.0, stated * rates)


def _asset_rates(books: Books, asset: int, positions: Indexes, rates: Floats) -> Floats:
    """Return the rate of each entry to the asset's currency; what has none is sold last."""
    ledger, target = books.ledger, books.assets[asset].currency
    if target == books.currency:
        return np.nan_to_num(rates[positions])
    found = np.ones(len(positions))
    own = ledger.currencies[positions]
    for foreign in set(own.tolist()) - {target}:
        turned = books.rates.between(foreign, target, ledger.days[positions]).values
        found = np.where(own == foreign, np.nan_to_num(turned), found)
    return found


def _after_each(rows: list[Entry], costs: Floats, own: Floats, method: CostMethod) -> Floats:
    holding = _Holding(method)
    after = [0.0]
    for row, cost, asset_cost in zip(rows, costs.tolist(), own.tolist(), strict=True):
        holding.apply(row, cost, asset_cost)
        after.append(holding.cost)
    return np.array(after)
