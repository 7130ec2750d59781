"""Correlation of many return series at once, each pair on the days that both have."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.analytics.domain import risk
from services.analytics.domain.comparing import growth_apart, levelled
from services.analytics.domain.series import Floats, Indexes

MIN_OBSERVATIONS = 30
# A variance under this part of the squares it is left over from is their rounding.
NEGLIGIBLE_SHARE = 1e-12

Counts = npt.NDArray[np.int64]
Ranks = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


class Pair(NamedTuple):
    """Two columns and their correlation."""

    first: int
    second: int
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Correlation:
    """``matrix`` (k, k), NaN where it is not defined, and the common days of each pair (k, k)."""

    matrix: Floats
    observations: Counts

    @property
    def average(self) -> float:
        """The mean over all pairs that have a correlation; NaN without any."""
        values = self._upper()
        return float(np.nanmean(values)) if not np.isnan(values).all() else np.nan

    @property
    def highest(self) -> Pair | None:
        """The pair that moves together most; of equal ones the first, row by row."""
        return self._extreme(self._upper())

    @property
    def lowest(self) -> Pair | None:
        """The pair that moves together least; of equal ones the first, row by row."""
        return self._extreme(-self._upper())

    def _upper(self) -> Floats:
        return np.asarray(self.matrix[np.triu_indices(len(self.matrix), 1)])

    def _extreme(self, scores: Floats) -> Pair | None:
        if np.isnan(scores).all():
            return None
        position = int(np.nanargmax(levelled(scores)))
        first, second = (int(row[position]) for row in np.triu_indices(len(self.matrix), 1))
        return Pair(first, second, float(self.matrix[first, second]))


def pearson(returns: Floats, min_observations: int = MIN_OBSERVATIONS) -> Correlation:
    """Return the correlation of each pair of columns over its common days.

    Args:
        returns: shape (n, k), NaN where a column has none.
        min_observations: a pair with fewer common days has no correlation.

    A column without variance over the common days has none either; the diagonal is exactly 1.
    """
    mask = ~np.isnan(returns)
    counts = _common(mask)
    coefficients = _coefficients(_centred(returns, mask), mask, counts)
    return _finished(coefficients, counts, min_observations)


def spearman(returns: Floats, min_observations: int = MIN_OBSERVATIONS) -> Correlation:
    """Return the correlation of ranks, each pair ranked over its common days; ties share a rank.

    Args and undefined values as in `pearson`.
    """
    mask = ~np.isnan(returns)
    if (mask == mask[:, :1]).all():
        return pearson(_ranks(returns), min_observations)
    return _finished(_rank_coefficients(returns, mask), _common(mask), min_observations)


def _common(mask: Mask) -> Counts:
    marks = mask.astype(np.float32)  # exact up to 2²⁴ days
    return np.asarray(np.rint(marks.T @ marks), dtype=np.int64)


def _centred(returns: Floats, mask: Mask) -> Floats:
    """Return deviations from each column's own mean, 0 for gaps and for a column without any."""
    counts = np.maximum(mask.sum(axis=0), 1)
    means = np.where(mask, returns, 0.0).sum(axis=0) / counts
    centred = np.where(mask, returns - means, 0.0)
    still = np.abs(centred).max(axis=0, initial=0.0) <= risk.NEGLIGIBLE * (1.0 + np.abs(means))
    return np.where(still, 0.0, centred)


def _coefficients(centred: Floats, mask: Mask, counts: Counts) -> Floats:
    """Return the pairwise coefficients from sums over common days, all by matrix products."""
    marks = mask.astype(np.float64)
    counts = np.maximum(counts, 1)
    sums = centred.T @ marks  # of the row's column, over the days that both have
    squares = (centred * centred).T @ marks
    moments = squares - sums * sums / counts
    moments[moments <= NEGLIGIBLE_SHARE * squares] = 0.0
    shared = centred.T @ centred - sums * sums.T / counts
    return _normalised(shared, moments, moments.T)


class _Sorted(NamedTuple):
    """Each row's order of columns, and for each value how many are smaller, or not larger."""

    order: Indexes
    smaller: Indexes
    not_larger: Indexes


def _sorted(values: Floats) -> _Sorted:
    order = np.argsort(values, axis=1, kind="stable")
    ascending = np.take_along_axis(values, order, axis=1)
    place = np.broadcast_to(np.arange(values.shape[1]), values.shape)
    differs = np.ones((len(values), values.shape[1] + 1), dtype=np.bool_)
    differs[:, 1:-1] = growth_apart(ascending[:, 1:], ascending[:, :-1]) != 0.0
    first = np.maximum.accumulate(np.where(differs[:, :-1], place, 0), axis=1)
    last = np.where(differs[:, 1:], place, values.shape[1])[:, ::-1]
    last = np.minimum.accumulate(last, axis=1)[:, ::-1]
    smaller, not_larger = np.empty_like(order), np.empty_like(order)
    np.put_along_axis(smaller, order, first, axis=1)
    np.put_along_axis(not_larger, order, last + 1, axis=1)
    return _Sorted(order, smaller, not_larger)


def _ranks(values: Floats) -> Floats:
    """Return ranks from 1 along axis 0, the mean rank for ties, NaN for gaps."""
    _, smaller, not_larger = _sorted(values.T)
    return np.where(np.isnan(values), np.nan, (smaller + not_larger + 1).T / 2)


def _rank_coefficients(returns: Floats, mask: Mask) -> Floats:
    """Return rank coefficients, one column against all later ones at a time.

    No pair is sorted anew: in a column's own order, the rank of a value among the common days is
    the count of those up to it. Series lie in rows here, and counts in 32 bits: what is looked up
    over and over then stays in the processor's cache.
    """
    days, columns = returns.shape
    order, smaller, not_larger = _sorted(np.ascontiguousarray(returns.T))
    marks = np.ascontiguousarray(mask.T).astype(np.int32)
    starts = np.arange(columns)[:, np.newaxis] * (days + 1)  # of each row of counts, laid flat
    matrix = np.full((columns, columns), np.nan)
    for i in range(columns - 1):
        others = slice(i + 1, None)
        common = marks[others] * marks[i]
        counts = common.sum(axis=1, keepdims=True, dtype=np.int32)
        up_to = _counted(_taken(common, order[i]))
        mine = _taken(up_to, smaller[i]) + _taken(up_to, not_larger[i])
        up_to = _counted(np.take(marks[i], order[others], mode="clip"))
        rows = starts[: len(up_to)]
        theirs = np.take(up_to, smaller[others] + rows, mode="clip")
        theirs += np.take(up_to, not_larger[others] + rows, mode="clip")
        # Both are 2 · rank − 1, whose mean is the count.
        coefficients = _products((mine - counts) * common, (theirs - counts) * common)
        matrix[i, others] = matrix[others, i] = coefficients
    return matrix


def _taken(rows: Ranks, positions: Indexes) -> Ranks:
    # A position is never out of bounds; numpy is faster where it need not say so.
    return np.take(rows, positions, axis=1, mode="clip")


def _counted(marks: Ranks) -> Ranks:
    """Return how many of the first 0, 1, … n are marked, shape (rows, n + 1)."""
    counts = np.zeros((len(marks), marks.shape[1] + 1), dtype=np.int32)
    np.cumsum(marks, axis=1, out=counts[:, 1:])
    return counts


def _products(mine: Ranks, theirs: Ranks) -> Floats:
    one, other = mine.astype(np.float64), theirs.astype(np.float64)
    shared, first, second = (
        np.einsum("ij,ij->i", left, right)
        for left, right in ((one, other), (one, one), (other, other))
    )
    return _normalised(shared, first, second)


def _normalised(shared: Floats, one: Floats, other: Floats) -> Floats:
    # Roots first: the product of two variances of 1e-170 would be no number any more.
    scale = np.sqrt(one) * np.sqrt(other)
    result = np.full(shared.shape, np.nan)
    np.divide(shared, scale, out=result, where=scale > 0.0)
    return result


def _finished(coefficients: Floats, observations: Counts, min_observations: int) -> Correlation:
    matrix = np.where(observations >= min_observations, np.clip(coefficients, -1.0, 1.0), np.nan)
    np.fill_diagonal(matrix, 1.0)
    return Correlation(matrix, observations)
