"""Small builders: days, series and ledgers as short as a test can read them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np

from services.analytics.domain.ledger import Booking, Ledger
from services.analytics.domain.series import EMPTY, Days, Floats, Series
from services.analytics.domain.valuation import Quotes
from shared.finance.entries import EntryType

MONDAY = "2024-01-01"


def day(text: str) -> np.datetime64:
    return np.datetime64(text, "D")


def weekdays(count: int, first: str = MONDAY) -> Days:
    return np.busday_offset(day(first), np.arange(count), roll="forward")


def calendar(count: int, first: str = MONDAY) -> Days:
    return day(first) + np.arange(count)


def floats(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def series(first: str, *values: float) -> Series:
    """Values on weekdays from ``first`` on."""
    return Series(weekdays(len(values), first), floats(*values))


def dated(**values: float) -> Series:
    """Values by day: dated(d20240102=1.5)."""
    return Series.of((date.fromisoformat(name[1:]), value) for name, value in values.items())


def entry(
    text: str,
    kind: EntryType,
    *,
    asset: int | None = None,
    quantity: Decimal | float = 0.0,
    cash: Decimal | float = 0.0,
    ratio: float = 1.0,
    currency: str = "USD",
    exchange_rate: float = 1.0,
) -> Booking:
    when = date.fromisoformat(text)
    exact = Fraction(ratio).limit_denominator()
    return Booking(0, when, kind, asset, quantity, cash, exact, currency, exchange_rate)


def ledger(*entries: Booking) -> Ledger:
    """A ledger whose rows were created in the written order."""
    return Ledger([replace(row, order=number) for number, row in enumerate(entries)])


def usd(closes: Series, symbol: str = "ACME", splits: Series = EMPTY) -> Quotes:
    return Quotes(symbol, "USD", closes, splits)
