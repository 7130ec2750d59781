"""Money of single days as the ledger adds it up: decimals, where floats cannot say the last digit.

What is printed must be what portfolios print, to the minor unit. A float says it in almost every
case, and where it does not is known: where its rounding may lie across the middle between two
units. Only there all is added up again, so that a curve of thousands of days costs nothing more.
A close is the shortest decimal of the float that it is kept as, which is itself up to 15 digits.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache, cached_property
from math import isnan
from typing import Final

import numpy as np

from services.analytics.domain.ledger import Booking
from services.analytics.domain.series import Days, Floats, Indexes, Mask, decimal
from services.analytics.domain.valuation import Books, Line, Valuation
from shared.finance.entries import quantity_after
from shared.finance.money import EXACT, ONE, ZERO, plus, times
from shared.finance.rates import PLACES

Amounts = list[Decimal | None]

_ROUNDING: Final = 2.0**-53
# Of quantity × close × rate, and of the sum over all that is held.
_OF_A_PRODUCT: Final = 128 * _ROUNDING
# The nearest float to a decimal of so much says it to five decimals and more.
LARGEST_SAID: Final = 1e10
# A rate is used to 12 decimals, in floats to as many as there are.
_OF_A_RATE: Final = 10.0**-PLACES


class Statement:
    """What a portfolio has on the days of its valuation, in its currency and not rounded.

    ``positions`` are those of the days in the valuation, ascending. None where a price or a rate is
    missing.
    """

    def __init__(self, valuation: Valuation, books: Books) -> None:
        self._valuation = valuation
        self._books = books
        self._rate = cache(books.rates.on)

    def cash(self, positions: Indexes) -> Amounts:
        """Return the cash at the end of each day."""
        days = self._valuation.days[positions]
        passed = np.searchsorted(self._books.ledger.days, days, side="right")
        return [self._running_cash[i] for i in passed.tolist()]

    def holding(self, asset: int, positions: Indexes) -> Amounts:
        """Return what is held of an asset on each day is worth."""
        line, days = self._valuation.lines[asset], self._valuation.days[positions]
        rates = self._rates(line, days)
        closes = line.closes.values[positions].tolist()
        rows = zip(self._quantities(asset, days), closes, rates, strict=True)
        return [_value(*row) for row in rows]

    def worth(self, positions: Indexes) -> Amounts:
        """Return what all is worth on each day, cash included."""
        totals = self.cash(positions)
        for asset, line in self._valuation.lines.items():
            held = np.flatnonzero(line.quantities[positions] != 0.0)
            values = self.holding(asset, positions[held])
            for i, value in zip(held.tolist(), values, strict=True):
                totals[i] = plus(totals[i], value)
        return totals

    def unsaid(self, positions: Indexes, places: int) -> Mask:
        """Return on which days the valuation's float may round to another unit than its sum does.

        Args:
            places: decimals of the unit.
        """
        values = self._valuation.values[positions] * 10.0**places
        noise = self._noise(positions) * 10.0**places + 2.0 * _ROUNDING * np.abs(values)
        from_middle = np.abs(values - np.floor(values) - 0.5)
        return np.asarray(from_middle <= noise)

    def nearest(self, places: int) -> tuple[Floats, Floats]:
        """Return value and cash of all days as the nearest floats, where a float alone may err."""
        positions = np.arange(len(self._valuation.days))
        values = self._valuation.values.copy()
        unsaid = np.flatnonzero(self.unsaid(positions, places))
        values[unsaid] = floats(self.worth(unsaid))
        return values, floats(self.cash(positions))

    def _noise(self, positions: Indexes) -> Floats:
        """Return how far the float of each day's value is off at most."""
        cash = self._valuation.cash
        entries = len(self._books.ledger.entries)
        largest = np.abs(np.nan_to_num(cash)).max(initial=0.0)
        noise = np.full(len(positions), entries * _ROUNDING * largest)
        for line in self._valuation.lines.values():
            part = np.full(len(positions), _OF_A_PRODUCT)
            if line.currency != self._books.currency:
                part += _OF_A_RATE / line.rates.values[positions]
            noise += np.nan_to_num(np.abs(line.values[positions]) * part)
        return noise

    @cached_property
    def _running_cash(self) -> Amounts:
        ledger = self._books.ledger
        running: Amounts = [ZERO]
        for row, has_cash in zip(ledger.entries, ledger.has_cash.tolist(), strict=True):
            moved = self.money(row, decimal(row.cash)) if has_cash else ZERO
            running.append(plus(running[-1], moved))
        return running

    def money(self, row: Booking, amount: Decimal) -> Decimal | None:
        """Return an entry's amount in the portfolio's currency, at the rate of the entry."""
        return amount and times(amount, rate_of(self._books, row))

    def _quantities(self, asset: int, days: Days) -> Sequence[Decimal]:
        rows = [row for row in self._books.ledger.entries if row.asset == asset]
        running = [ZERO]
        for row in rows:
            running.append(quantity_after(running[-1], row.type, row.exact_quantity, row.ratio))
        booked = np.array([row.date for row in rows], dtype="datetime64[D]")
        return [running[i] for i in np.searchsorted(booked, days, side="right").tolist()]

    def _rates(self, line: Line, days: Days) -> Amounts:
        if line.currency == self._books.currency:
            return [ONE] * len(days)
        return [self._rate(line.currency, self._books.currency, day) for day in days]


def rate_of(books: Books, row: Booking) -> Decimal | None:
    """Return an entry's rate to the portfolio's currency: the one given, else that of its day."""
    if not isnan(row.exchange_rate):
        return decimal(row.exchange_rate)
    return books.rates.on(row.currency, books.currency, np.datetime64(row.date, "D"))


def floats(amounts: Amounts) -> Floats:
    """Return the nearest floats, NaN for None."""
    return np.array([np.nan if each is None else each for each in amounts], dtype=np.float64)


def _value(quantity: Decimal, close: float, rate: Decimal | None) -> Decimal | None:
    if not quantity:
        return ZERO
    if isnan(close):
        return None
    value = EXACT.multiply(quantity, decimal(close))
    return value if rate is ONE else times(value, rate)
