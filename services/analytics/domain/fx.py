"""Exchange rates of many days: the ways of `shared.finance.rates`, followed by columns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce

import numpy as np

from services.analytics.domain.series import NO_DAY, NO_DAYS, AsOf, Days, Series, decimal
from shared.finance.rates import Leg, find_rate, readings, ways


class Rates:
    """Rates by pair: ``EURUSD`` holds dollars for one euro, as its CURRENCY asset does."""

    def __init__(self, pairs: Mapping[str, Series]) -> None:
        self._pairs = pairs

    @property
    def days(self) -> Days:
        """All days on which a pair has a close, in order."""
        return np.unique(np.concatenate([NO_DAYS, *(each.days for each in self._pairs.values())]))

    def between(self, source: str, target: str, days: Days) -> AsOf:
        """Return ``target`` units for one ``source`` on each day (last rate on or before it).

        On a day where a way knows nothing yet the next is asked. NaN where none does, never 1. A
        cross is as old as its older leg.
        """
        if source == target:
            return AsOf(np.ones(len(days)), days)
        return _first_known(
            reduce(_crossed, (self._leg(leg, days) for leg in way)) for way in ways(source, target)
        )

    def on(self, source: str, target: str, day: np.datetime64) -> Decimal | None:
        """Return the rate of one day as portfolios use it, to 12 decimals; None where none is."""
        rate = find_rate(source, target, lambda symbol: self._close(symbol, day))
        return rate.value if rate else None

    def _close(self, symbol: str, day: np.datetime64) -> tuple[Decimal, date] | None:
        closes = self._pairs.get(symbol)
        if closes is None:
            return None
        [value], [source] = closes.as_of(np.array([day]))
        return (decimal(value), source.item()) if value > 0.0 else None

    def _leg(self, leg: Leg, days: Days) -> AsOf:
        return _first_known(self._readings(leg, days))

    def _readings(self, leg: Leg, days: Days) -> Iterator[AsOf]:
        direct, inverse = (self._pairs.get(symbol) for symbol in readings(leg))
        if direct:
            yield direct.as_of(days)
        if inverse:
            values, dates = inverse.as_of(days)
            yield AsOf(1.0 / values, dates)
        yield AsOf(np.full(len(days), np.nan), np.full(len(days), NO_DAY))


@dataclass(frozen=True, slots=True, eq=False)
class Converted:
    """Closes in one currency, and the rates that turn them into another."""

    closes: Series
    rates: Rates
    source: str
    target: str

    def on_own_days(self) -> Series:
        """Return the closes, each at the rate of its day; NaN before the first rate."""
        return Series(self.closes.days, self.as_of(self.closes.days).values)

    def as_of(self, days: Days) -> AsOf:
        """Return the last close on or before each day at the rate of that day itself.

        As old as the older of both; NaN and NaT where one is not known.
        """
        return _crossed(self.closes.as_of(days), self.rates.between(self.source, self.target, days))


def _crossed(near: AsOf, far: AsOf) -> AsOf:
    # np.minimum passes NaT on, so what has one unknown part is unknown in both arrays.
    return AsOf(near.values * far.values, np.minimum(near.dates, far.dates))


def _first_known(candidates: Iterator[AsOf]) -> AsOf:
    """Return on each day the first that is known; none is made that is not needed."""
    first = next(candidates)
    while (missing := np.isnan(first.values)).any() and (other := next(candidates, None)):
        first = AsOf(
            np.where(missing, other.values, first.values),
            np.where(missing, other.dates, first.dates),
        )
    return first
