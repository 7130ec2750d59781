"""The cost basis of what is held, day by day.

By the lots of `shared.finance.lots`, as positions are kept; here they run once over the whole past,
for a curve.
"""

from decimal import Decimal

import numpy as np

from services.analytics.domain.exact import Amounts, floats, rate_of
from services.analytics.domain.ledger import Booking
from services.analytics.domain.series import Days, Floats, decimal
from services.analytics.domain.valuation import Books
from shared.finance.entries import ACQUISITIONS, DISPOSALS, EntryType
from shared.finance.lots import CostMethod, Lot, Lots
from shared.finance.money import EXACT, ONE, ZERO, times


def cost_basis(books: Books, method: CostMethod, days: Days) -> Floats:
    """Return `cost_on` as the nearest floats, shape (days,); NaN where it is not known."""
    return floats(cost_on(books, method, days))


def cost_on(books: Books, method: CostMethod, days: Days) -> Amounts:
    """Return the cost of all that is held at the end of each of ``days``.

    Each acquisition at the rate of its day. None while something is held whose rate is not known.
    """
    after = _after_each(books, method)
    passed = np.searchsorted(books.ledger.days, days, side="right")
    return [after[i] for i in passed.tolist()]


def _after_each(books: Books, method: CostMethod) -> Amounts:
    """Return the cost of all before the first entry and after each."""
    lots: dict[int, Lots] = {}
    after: Amounts = [ZERO]
    rated, unrated = ZERO, 0
    for row in books.ledger.entries:
        if row.asset is not None:
            before = lots.get(row.asset, Lots(method))
            held = lots[row.asset] = _booked(before, books, row.asset, row)
            rated = EXACT.add(rated, EXACT.subtract(held.rated_cost, before.rated_cost))
            unrated += held.unrated - before.unrated
        after.append(None if unrated else rated)
    return after


def _booked(lots: Lots, books: Books, asset: int, row: Booking) -> Lots:
    if row.type in ACQUISITIONS:
        return lots.add(_lot(books, asset, row))
    if row.type in DISPOSALS:
        return lots.take(row.exact_quantity)[1]
    if row.type == EntryType.SPLIT:
        return lots.split(row.ratio)
    if row.type == EntryType.ADJUSTMENT:
        return Lots.of(lots.method, [_lot(books, asset, row)] if row.quantity else [])
    return lots


def _lot(books: Books, asset: int, row: Booking) -> Lot:
    cost = _cost(row)
    base = times(cost, rate_of(books, row)) if cost else ZERO
    return Lot(row.date, row.exact_quantity, _in_currency_of(books, asset, row, cost), base)


def _cost(row: Booking) -> Decimal:
    """Return what an entry costs that brings units in: money paid, else quantity × price."""
    if row.type == EntryType.BUY:
        return EXACT.minus(decimal(row.cash))
    return EXACT.multiply(row.exact_quantity, decimal(row.price))


def _in_currency_of(books: Books, asset: int, row: Booking, cost: Decimal) -> Decimal:
    """Return a cost in the currency that ranks lots, the asset's; without a rate it is 0."""
    target = books.assets[asset].currency
    if target == row.currency:
        rate: Decimal | None = ONE
    elif target == books.currency:
        rate = rate_of(books, row)
    else:
        rate = books.rates.on(row.currency, target, np.datetime64(row.date, "D"))
    return times(cost, rate) or ZERO
