"""Returns of many series on the days they share; nothing is filled."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from services.analytics.domain import returns
from services.analytics.domain.series import NO_DAYS, Days, Floats, Mask, Series

# A span is one integer, its last day · 2²⁴ + its first: 2²⁴ days reach beyond the year 45000.
_SPAN = 1 << 24

# A series with returns on fewer of the spans would cut the others' common history short.
LEAST_SHARE = 0.5


def joined_returns(levels: Sequence[Series]) -> tuple[Days, Floats]:
    """Return the last day of each span and the returns over it, of shape (spans, series).

    A span leads from one day of a series to its next. Two series have a common return where both
    have the same span; elsewhere they are NaN, so that two days of one are never set against one
    day of the other. Where some series do not trade at weekends, no span ends or begins there.
    """
    if not levels:
        return NO_DAYS, np.empty((0, 0))
    # Most series share their days with others, so what follows from days is done once for each.
    names = [series.days.tobytes() for series in levels]
    calendars = {name: series.days for name, series in zip(names, levels, strict=True)}
    used = _used(calendars)
    spans_of = {name: _spans(days[used[name]]) for name, days in calendars.items()}
    spans = np.unique(np.concatenate(list(spans_of.values())))
    rows = {name: np.searchsorted(spans, each) for name, each in spans_of.items()}
    # Each series is written in one piece, as a row.
    matrix = np.full((len(levels), len(spans)), np.nan)
    for row, name, series in zip(matrix, names, levels, strict=True):
        row[rows[name]] = returns.simple(series.values[used[name]])
    return (spans // _SPAN).astype("datetime64[D]"), matrix.T


def on_days(levels: Series, days: Days) -> Series:
    """Return the levels of a window's observation days, of which the first is its base.

    On the base a series has its last level on or before it; else nothing is filled.
    """
    inside = levels.between(days[0], days[-1])
    if not np.array_equal(inside.days, days):
        mask = np.isin(inside.days, days, assume_unique=True)
        inside = Series(inside.days[mask], inside.values[mask])
    base = levels.as_of(days[:1])
    if np.isnat(base.dates[0]) or base.dates[0] == days[0]:
        return inside
    return Series(np.append(days[:1], inside.days), np.append(base.values, inside.values))


def complete(matrix: Floats) -> Floats:
    """Return the rows of ``matrix`` in which every column has a value."""
    has_all = ~np.isnan(matrix).any(axis=1)
    return matrix if has_all.all() else matrix[has_all]


def long_enough(matrix: Floats) -> Mask:
    """Return which columns have at least half as many returns as the longest, and 2."""
    counts = (~np.isnan(matrix)).sum(axis=0)
    return np.asarray(counts >= max(2.0, LEAST_SHARE * counts.max(initial=0)))


def _spans(days: Days) -> npt.NDArray[np.int64]:
    numbers = days.astype(np.int64)
    return numbers[1:] * _SPAN + numbers[:-1]


def _used(calendars: Mapping[bytes, Days]) -> dict[bytes, Mask]:
    """Return which days of each calendar count: no weekends where one of them has none."""
    weekdays = {name: np.is_busday(days) for name, days in calendars.items()}
    if any(len(mask) and mask.all() for mask in weekdays.values()):
        return weekdays
    return {name: np.ones_like(mask) for name, mask in weekdays.items()}
