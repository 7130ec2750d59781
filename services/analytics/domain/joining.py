"""Returns of many series on the days they share; nothing is filled."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from services.analytics.domain import returns
from services.analytics.domain.series import NO_DAYS, Days, Floats, Series

# A span is one integer, its first day · 2²⁴ + its last: 2²⁴ days reach beyond the year 45000.
_SPAN = 1 << 24

# A series with returns on fewer of the spans would cut the others' common history short.
LEAST_SHARE = 0.5

Mask = npt.NDArray[np.bool_]


def joined_returns(levels: Sequence[Series]) -> tuple[Days, Floats]:
    """Return the last day of each span and the returns over it, of shape (spans, series).

    A span leads from one day of a series to its next. Two series have a common return where both
    have the same span; elsewhere they are NaN, so that two days of one are never set against one
    day of the other. Where some series do not trade at weekends, no span ends or begins there.
    """
    if not levels:
        return NO_DAYS, np.empty((0, 0))
    own = [_without_weekends(series) for series in levels] if _some_rest(levels) else list(levels)
    keys = [_spans(series.days) for series in own]
    spans, rows = np.unique(np.concatenate(keys), return_inverse=True)
    matrix = np.full((len(spans), len(own)), np.nan)
    columns = np.repeat(np.arange(len(own)), [len(key) for key in keys])
    matrix[rows, columns] = np.concatenate([returns.simple(series.values) for series in own])
    order = np.argsort(spans % _SPAN, kind="stable")
    return (spans[order] % _SPAN).astype("datetime64[D]"), matrix[order]


def complete(matrix: Floats) -> Floats:
    """Return the rows of ``matrix`` in which every column has a value."""
    return matrix[~np.isnan(matrix).any(axis=1)]


def long_enough(matrix: Floats) -> Mask:
    """Return which columns have at least half as many returns as the longest, and 2."""
    counts = (~np.isnan(matrix)).sum(axis=0)
    return np.asarray(counts >= max(2.0, LEAST_SHARE * counts.max(initial=0)))


def _spans(days: Days) -> npt.NDArray[np.int64]:
    numbers = days.astype(np.int64)
    return numbers[:-1] * _SPAN + numbers[1:]


def _some_rest(levels: Sequence[Series]) -> bool:
    return any(len(series.days) and np.is_busday(series.days).all() for series in levels)


def _without_weekends(series: Series) -> Series:
    weekdays = np.is_busday(series.days)
    return Series(series.days[weekdays], series.values[weekdays])
