"""The cost basis of what is held, day by day.

By the lots of `shared.finance.lots`, as positions are kept; here they run once over the whole past,
for a curve, what the entries cost is float64, and money is rounded at the edge.
"""

import math
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from services.analytics.domain.ledger import Booking, Ledger
from services.analytics.domain.series import Days, Floats, Indexes
from services.analytics.domain.valuation import Books
from shared.finance.entries import ACQUISITIONS, DISPOSALS, EntryType
from shared.finance.lots import CostMethod, Lot, Lots


def cost_basis(books: Books, method: CostMethod, days: Days) -> Floats:
    """Return the cost of all that is held at the end of each of ``days``, shape (days,).

    Each acquisition at the rate of its day. NaN while something is held whose rate is not known.
    """
    ledger = books.ledger
    amounts = _amounts(ledger)
    rates = ledger.exchange_rates(books.rates, books.currency)
    base_costs = _converted(amounts, rates)
    assets = np.array([row.asset or 0 for row in ledger.entries], dtype=np.int64)
    total = np.zeros(len(days))
    for asset in ledger.assets:
        positions = np.flatnonzero(assets == asset)
        costs = _converted(amounts[positions], _asset_rates(books, asset, positions, rates))
        rows = [ledger.entries[i] for i in positions]
        after = _after_each(rows, costs, base_costs[positions], method)
        total += after[np.searchsorted(ledger.days[positions], days, side="right")]
    return total


def _amounts(ledger: Ledger) -> Floats:
    """Return what each entry costs that brings units in: money paid, else quantity × price."""
    is_purchase = np.array([row.type == EntryType.BUY for row in ledger.entries], dtype=np.bool_)
    values = np.array([row.quantity * row.price for row in ledger.entries], dtype=np.float64)
    return np.where(is_purchase, -ledger.cash, values)


def _converted(amounts: Floats, rates: Floats) -> Floats:
    return np.where(amounts == 0.0, 0.0, amounts * rates)


def _asset_rates(books: Books, asset: int, positions: Indexes, rates: Floats) -> Floats:
    """Return the rate of each entry to the asset's currency; what has none is sold last."""
    ledger, target = books.ledger, books.assets[asset].currency
    if target == books.currency:
        return np.nan_to_num(rates[positions])
    to_asset = np.ones(len(positions))
    currencies = ledger.currencies[positions]
    for foreign in set(currencies.tolist()) - {target}:
        between = books.rates.between(foreign, target, ledger.days[positions]).values
        to_asset = np.where(currencies == foreign, np.nan_to_num(between), to_asset)
    return to_asset


def _after_each(
    rows: Sequence[Booking], costs: Floats, base_costs: Floats, method: CostMethod
) -> Floats:
    lots = Lots(method)
    after = [0.0]
    for row, cost, base_cost in zip(rows, costs.tolist(), base_costs.tolist(), strict=True):
        if row.type in ACQUISITIONS:
            lots = lots.add(_lot(row, cost, base_cost))
        elif row.type in DISPOSALS:
            _, lots = lots.take(row.exact_quantity)
        elif row.type == EntryType.SPLIT:
            lots = lots.split(row.ratio)
        elif row.type == EntryType.ADJUSTMENT:
            lots = Lots.of(method, [_lot(row, cost, base_cost)] if row.quantity else [])
        after.append(math.nan if lots.base_cost is None else float(lots.base_cost))
    return np.array(after)


def _lot(row: Booking, cost: float, base_cost: float) -> Lot:
    base = None if math.isnan(base_cost) else _exact(base_cost)
    return Lot(row.date, row.exact_quantity, _exact(cost), base)


def _exact(value: float) -> Decimal:
    # What a float holds beyond 15 digits is noise, by which equal costs would differ.
    return Decimal(f"{value:.15g}")
