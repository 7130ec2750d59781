"""The days on which risk is observed, chosen once for a window from what is held in it.

Those on which what is traded most days has a close. A dollar of crypto, or of a house, in a
portfolio of stocks is then no reason to look at it on Sundays, or once a year.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from services.analytics.domain.metrics import Day
from services.analytics.domain.risk import CRYPTO_DAYS, TRADING_DAYS
from services.analytics.domain.series import NO_DAYS, Days, Spans
from services.analytics.domain.valuation import Quotes, union

# So many days a year and more are as good as every trading day: half of them.
OFTEN: Final = 126
# What is shorter says little of how often there is a close; then its year does.
_SHORT: Final = 60
_YEAR: Final = 365


class Holding(NamedTuple):
    """An asset, and when it is held."""

    quotes: Quotes
    spans: Spans

    @property
    def closes(self) -> Days:
        """The days of its closes, but for weekends with no more than a trade's price."""
        days = self.quotes.closes.days
        if not len(self.quotes.trade_days):
            return days
        return days[np.is_busday(days) | ~np.isin(days, self.quotes.trade_days)]


class Calendar(NamedTuple):
    """The observation days after the base and up to the end of a window.

    ``periods`` of them are a year, if they come often enough: ``closes`` are the days to count
    then; None where what is held has a close on most days, or only cash is held.
    """

    days: Days
    periods: int
    closes: Days | None = None


class Frequency(NamedTuple):
    """How many observations are a year; if they are sparse, no figure is one of a day."""

    periods: float
    is_sparse: bool


def choose(holdings: Sequence[Holding], base: Day, last: Day) -> Calendar:
    """Return the observation days of a window.

    The closes of what is held and has at least 126 a year, crypto apart; where there is nothing
    of that kind, of such crypto; else of anything held. While none of the chosen kind is held,
    Monday to Friday.
    """
    held = [each for each in holdings if _is_held(each, base, last)]
    often = [each for each in held if _a_year(each.closes, base, last) >= OFTEN]
    traded = [each for each in often if each.quotes.asset_type != "CRYPTO"]
    chosen = traded or often or held
    closes = union(each.spans.part(each.closes) for each in chosen)
    days = union([_after(closes, base, last), _weekdays_without(chosen, base, last)])
    periods = CRYPTO_DAYS if often and not traded else TRADING_DAYS
    rarely = None if often or not held else union(each.closes for each in held)
    return Calendar(days, periods, rarely)


def frequency(calendar: Calendar, observed: Days, base: Day, last: Day) -> Frequency:
    """Return how many are a year of the days of a calendar that have a return."""
    usual = Frequency(float(calendar.periods), is_sparse=False)
    if calendar.closes is None or not len(observed):
        return usual
    if last - base >= _SHORT:
        a_year = len(observed) * _YEAR / _length(base, last)
    else:
        a_year = _a_year(calendar.closes, base, last)
    if a_year >= OFTEN:
        return usual
    return Frequency(len(observed) * _YEAR / _length(base, observed[-1]), is_sparse=True)


def _is_held(holding: Holding, base: Day, last: Day) -> bool:
    """Say whether an asset that has a price is held in a window."""
    starts, stops = holding.spans
    return len(holding.quotes.closes.days) > 0 and bool(((starts <= last) & (stops > base)).any())


def _after(days: Days, base: Day, last: Day) -> Days:
    start, stop = days.searchsorted(np.array([base, last]), side="right")
    return days[start:stop]


def _a_year(closes: Days, base: Day, last: Day) -> float:
    """Return how many closes a year there are in a window, of a short one in the year to its end.

    Counted from the first close on where that is later.
    """
    since = base if last - base >= _SHORT else last - _YEAR
    start, stop = closes.searchsorted(np.array([since, last]), side="right")
    if start == 0 and stop > 0:
        start, since = 1, closes[0]
    length = _length(since, last)
    return int(stop - start) * _YEAR / length if length > 0 else 0.0


def _length(first: Day, last: Day) -> int:
    return int((last - first).astype(np.int64))


def _weekdays_without(chosen: Sequence[Holding], base: Day, last: Day) -> Days:
    """Return Monday to Friday of the days at whose end none of ``chosen`` is held."""
    starts = np.concatenate([NO_DAYS, *(each.spans.starts for each in chosen)])
    stops = np.concatenate([NO_DAYS, *(each.spans.stops for each in chosen)])
    if ((starts <= base) & (stops > last)).any():
        return starts[:0]
    days = np.arange(base + 1, last + 1)
    weekdays = days[np.is_busday(days)]
    return weekdays[~Spans(starts, stops).cover(weekdays)]
