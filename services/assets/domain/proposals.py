"""Which price source is proposed for something that a user holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from services.assets.domain import quotes, splits
from services.assets.domain.feeds import Delivery
from shared.finance.money import EXACT, MINOR_CURRENCIES

# How many times the close of its day may be what was paid, or the other way round. Another paper,
# or another unit, is farther away; fees and a day's moves are not.
_FAR: Final = 2
# Before a trade there is a close within this, over Christmas too.
_LOOKED_BACK: Final = timedelta(days=10)


@dataclass(frozen=True)
class Sought:
    """Something that prices are sought of.

    Attributes:
        symbol: as a file writes it; of a currency pair, its own.
        currency: that its prices must be in.
        is_pair: whether it is a currency pair.
        paid: what one piece has cost on the day `paid_on`, in that currency, as traded.
    """

    currency: str
    symbol: str | None = None
    isin: str | None = None
    is_pair: bool = False
    paid: Decimal | None = None
    paid_on: date | None = None


@dataclass(frozen=True)
class Proposal:
    """Who has the prices of something, and what it is called there."""

    data_source: str
    data_symbol: str
    asset_type: str


def first_day(sought: Sought, today: date) -> date:
    """Return from which day on prices tell whether they are of what is sought."""
    return (sought.paid_on or today) - _LOOKED_BACK


def is_of(delivery: Delivery, sought: Sought) -> bool:
    """Return whether prices are of what is sought: in its currency, and near what was paid.

    Where there is no price of that day, an ISIN is believed and a symbol alone is not.
    """
    if not delivery.bars or not _is_in(sought.currency, delivery.currency):
        return False
    close = _close(delivery, sought.paid_on)
    if close and sought.paid:
        return max(close, sought.paid) <= EXACT.multiply(min(close, sought.paid), Decimal(_FAR))
    return sought.is_pair or sought.isin is not None


def _is_in(currency: str, delivered: str | None) -> bool:
    return delivered in (None, currency) or MINOR_CURRENCIES.get(delivered or "") == currency


def _close(delivery: Delivery, day: date | None) -> Decimal | None:
    """Return the last close on or before a day, as traded and in the major currency."""
    before = [bar for bar in delivery.bars if day and bar.date <= day]
    if not before:
        return None
    bar = max(before, key=lambda bar: bar.date)
    if delivery.currency in MINOR_CURRENCIES:
        bar = quotes.in_major_units(bar)
    if delivery.basis == "split_adjusted":
        bar = splits.as_traded(bar, delivery.splits)
    return bar.close


def texts(sought: Sought, *, takes_isins: bool) -> Iterable[str]:
    """Return what a source is searched for, the surest first."""
    return [text for text in (takes_isins and sought.isin, sought.symbol) if text]
