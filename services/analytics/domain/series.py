"""Dated values, looked up as of a day or joined on common days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from shared.finance.days import FRESH_WEEKDAYS

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]
Mask = npt.NDArray[np.bool_]
Indexes = npt.NDArray[np.intp]

NO_DAYS: Days = np.array([], dtype="datetime64[D]")
NO_DAY = np.datetime64("NaT", "D")
NEVER_YET = np.datetime64("0001-01-01", "D")
NEVER = np.datetime64("9999-12-31", "D")

# A quantity and a price of twelve digits each make no more; what is larger is no figure any more.
LARGEST = 1e24


class AsOf(NamedTuple):
    """Values known on each asked day, and the day each one comes from (NaN and NaT: none yet)."""

    values: Floats
    dates: Days


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One value a day, on the days it has one: ``days`` strictly ascending, both of shape (n,)."""

    days: Days
    values: Floats

    @classmethod
    def of(cls, points: Iterable[tuple[date, float]]) -> "Series":
        """Build a series from (day, value) pairs in any order; of equal days the last one stays."""
        by_day = dict(points)
        ordered = sorted(by_day)
        return cls(
            np.array(ordered, dtype="datetime64[D]"),
            np.array([by_day[day] for day in ordered], dtype=np.float64),
        )

    def as_of(self, days: Days) -> AsOf:
        """Return the last value on or before each of ``days`` (valuation's only forward fill)."""
        if np.array_equal(self.days, days):
            return AsOf(self.values, days)
        positions = np.searchsorted(self.days, days, side="right") - 1
        mask = positions >= 0
        values = np.full(len(days), np.nan)
        dates = np.full(len(days), NO_DAY)
        values[mask] = self.values[positions[mask]]
        dates[mask] = self.days[positions[mask]]
        return AsOf(values, dates)

    def overlaid(self, other: "Series") -> "Series":
        """Return both as one series; of a day that both have it has the value of ``other``."""
        if not len(self.days):
            return other
        days = np.concatenate([other.days, self.days])
        values = np.concatenate([other.values, self.values])
        union, first = np.unique(days, return_index=True)
        return Series(union, values[first])

    def between(self, first: np.datetime64, last: np.datetime64) -> "Series":
        """Return the part from ``first`` to ``last``, both included."""
        start = np.searchsorted(self.days, first, side="left")
        stop = np.searchsorted(self.days, last, side="right")
        return Series(self.days[start:stop], self.values[start:stop])

    def with_others(self, other: "Series") -> "Series":
        """Return the values of both; on a day of both this series' own."""
        if not len(other.days):
            return self
        days = np.union1d(self.days, other.days)
        values = np.empty(len(days))
        for each in (other, self):
            values[np.searchsorted(days, each.days)] = each.values
        return Series(days, values)


EMPTY = Series(NO_DAYS, np.array([], dtype=np.float64))


class Spans(NamedTuple):
    """Stretches of days: each from its start on and before its stop, ascending, both (n,)."""

    starts: Days
    stops: Days

    @classmethod
    def where(cls, days: Days, mask: Mask) -> "Spans":
        """Return the stretches from each of ``days`` that is in ``mask`` to the next that is not.

        What the last of them says is so for ever.
        """
        edges = np.diff(mask.astype(np.int8), prepend=0, append=0)
        return cls(days[edges[:-1] > 0], np.append(days, NEVER)[edges < 0])

    def part(self, days: Days) -> Days:
        """Return those of ``days`` (ascending) that lie in a stretch."""
        edges = zip(*(days.searchsorted(edge) for edge in self), strict=True)
        parts = [days[start:stop] for start, stop in edges]
        return parts[0] if len(parts) == 1 else np.concatenate([NO_DAYS, *parts])

    def cover(self, days: Days) -> Mask:
        """Say of each of ``days`` (ascending) whether it lies in a stretch; they may overlap."""
        changes = np.zeros(len(days) + 1, dtype=np.int64)
        np.add.at(changes, np.searchsorted(days, self.starts), 1)
        np.add.at(changes, np.searchsorted(days, self.stops), -1)
        return np.asarray(np.cumsum(changes[:-1]) > 0)


ALWAYS = Spans(np.array([NEVER_YET]), np.array([NEVER]))


def are_stale(
    dates: Days | np.datetime64, days: Days | np.datetime64
) -> npt.NDArray[np.bool_] | np.bool_:
    """Say of the day of each price whether it is too old for a value of ``days``.

    As `shared.finance.days.oldest_fresh` says of one day.
    """
    return np.busday_count(dates, days) > FRESH_WEEKDAYS


def split_factors(splits: Series, days: Days) -> Floats:
    """Return how many shares of each day one share of before all ``splits`` has become.

    ``splits`` holds the ratio new/old on its day (4.0 for four new for one old); the close of
    that day is traded after the split already.
    """
    products = np.concatenate([[1.0], np.cumprod(splits.values)])
    return products[np.searchsorted(splits.days, days, side="right")]


def split_adjusted(closes: Series, splits: Series) -> Series:
    """Return closes in shares of after all splits; dividends are never adjusted for."""
    if not len(splits.days):
        return closes
    later = np.prod(splits.values) / split_factors(splits, closes.days)
    return Series(closes.days, closes.values / later)


def window(days: Days, start: np.datetime64, end: np.datetime64) -> tuple[int, int] | None:
    """Return the positions (base, last) of the effective window, or None where it is empty.

    Base is the last day on or before ``start`` (the first day where the history starts later),
    last is the last day on or before ``end``.
    """
    last = int(np.searchsorted(days, end, side="right")) - 1
    base = max(int(np.searchsorted(days, start, side="right")) - 1, 0)
    return (base, last) if last >= base else None


def is_figure(values: Floats | float) -> npt.NDArray[np.bool_]:
    """Say of each value whether it can be printed: a finite number of a sensible size."""
    return np.asarray(np.abs(values) < LARGEST)


def decimal(value: Decimal | float) -> Decimal:
    """Return ``value`` itself, or the shortest decimal that names the float: 0.1 is 0.1."""
    return value if isinstance(value, Decimal) else Decimal(repr(float(value)))
