"""The cost basis of what is held, day by day: the ledger's lots in float64.

The rules are those by which positions are kept to the last decimal; here they run once over the
whole past, for a curve, and money is rounded at the edge.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from services.analytics.domain.ledger import QUANTITY_SIGN, Entry, Ledger
from services.analytics.domain.series import Days, Floats
from services.analytics.domain.valuation import Books
from shared.vocabulary import CostMethod, EntryType

# Quantities have 8 decimals: what is left of a lot below half of the last one is nothing.
NOTHING = 0.5e-8


class Lot(NamedTuple):
    """Units acquired together and what they cost, in the portfolio's currency (NaN: not known)."""

    quantity: float
    cost: float


Lots = list[Lot]


def _highest_cost(lots: Lots) -> int:
    return max(range(len(lots)), key=lambda i: lots[i].cost / lots[i].quantity)


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

    def apply(self, row: Entry, cost: float) -> None:
        """Apply one entry, that costs ``cost`` where it brings units in."""
        sign = QUANTITY_SIGN.get(row.type, 0.0)
        if sign > 0.0:
            self._add(Lot(row.quantity, cost))
        elif sign < 0.0:
            self._take(row.quantity)
        elif row.type == EntryType.SPLIT:
            self._lots = [Lot(lot.quantity * row.ratio, lot.cost) for lot in self._lots]
        elif row.type == EntryType.ADJUSTMENT:
            self._lots, self.cost = [], 0.0
            if row.quantity > NOTHING:
                self._add(Lot(row.quantity, cost))

    def _add(self, lot: Lot) -> None:
        self.cost += lot.cost
        if self._method is CostMethod.AVERAGE and self._lots:
            pool = self._lots.pop()
            lot = Lot(pool.quantity + lot.quantity, pool.cost + lot.cost)
        self._lots.append(lot)

    def _take(self, quantity: float) -> None:
        while quantity > NOTHING and self._lots:
            index = _NEXT[self._method](self._lots)
            lot = self._lots.pop(index)
            left = lot.quantity - quantity
            kept = lot.cost * left / lot.quantity if left > NOTHING else 0.0
            if left > NOTHING:
                self._lots.insert(index, Lot(left, kept))
            self.cost -= lot.cost - kept
            quantity -= lot.quantity
        # The sale of the last unit takes all cost; one of unknown cost leaves the others' known.
        if not self._lots or math.isnan(self.cost):
            self.cost = sum(lot.cost for lot in self._lots)


def cost_basis(books: Books, method: CostMethod, days: Days) -> Floats:
    """Return the cost of all that is held at the end of each of ``days``, shape (days,).

    Each acquisition at the rate of its day. NaN while something is held whose rate is not known.
    """
    ledger = books.ledger
    costs = _costs(ledger, ledger.exchange_rates(books.rates, books.currency))
    total = np.zeros(len(days))
    for asset in ledger.assets:
        total += _of_asset(ledger, asset, costs, method, days)
    return total


def _costs(ledger: Ledger, rates: Floats) -> Floats:
    """Return what each entry costs that brings units in: money paid, else quantity × price."""
    paid = np.array([row.type == EntryType.BUY for row in ledger.entries], dtype=np.bool_)
    stated = np.array([row.quantity * row.price for row in ledger.entries], dtype=np.float64)
    own = np.where(paid, -ledger.cash, stated)
    return np.where(own == 0.0, 0.0, own * rates)


def _of_asset(ledger: Ledger, asset: int, costs: Floats, method: CostMethod, days: Days) -> Floats:
    positions = [i for i, row in enumerate(ledger.entries) if row.asset == asset]
    holding = _Holding(method)
    after = [0.0]
    for i in positions:
        holding.apply(ledger.entries[i], float(costs[i]))
        after.append(holding.cost)
    return np.array(after)[np.searchsorted(ledger.days[positions], days, side="right")]
