"""What indicators are made of: moving windows and recursive averages along a series (n,).

A result has the shape of its input; NaN until enough values are there. No input is changed.
"""

from collections.abc import Callable
from itertools import accumulate

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from services.analytics.domain.series import Floats

# The recursion runs over blocks of this many days at once. 3⁻³² (the fastest decay, N = 2) is
# far from underflow, and eighty blocks a decade cost nothing.
_BLOCK = 32
# Values of windows that are measured at once: a quarter of a megabyte, which stays in the cache.
_AT_ONCE = 2**15


def moving(values: Floats, count: int, measure: Callable[[Floats], Floats]) -> Floats:
    """Return ``measure`` of the ``count`` last values of each day that has so many, NaN before.

    Memory is O(n), however long the windows are: they are measured some at a time.

    Args:
        measure: windows of shape (m, count) → values of shape (m,).
    """
    result = np.full(len(values), np.nan)
    if len(values) >= count:
        windows, at_once = sliding_window_view(values, count), max(1, _AT_ONCE // count)
        for first in range(0, len(windows), at_once):
            part = windows[first : first + at_once]
            start = first + count - 1
            result[start : start + len(part)] = measure(part)
    return result


def warmed_up(values: Floats, length: int) -> Floats:
    """Return ``values`` as the last ones of ``length`` days, NaN before."""
    return np.concatenate([np.full(length - len(values), np.nan), values])


def sma(values: Floats, count: int) -> Floats:
    """Return the simple moving average of the last ``count`` values; NaN while one of them is."""
    known = ~np.isnan(values)
    sums = _running_sum(np.where(known, values, 0.0), count)
    return np.where(_running_sum(known.astype(np.float64), count) == count, sums / count, np.nan)


def _running_sum(values: Floats, count: int) -> Floats:
    running = np.concatenate([[0.0], np.cumsum(values)])
    return warmed_up(running[count:] - running[:-count], len(values))


def wma(values: Floats, count: int) -> Floats:
    """Return the average weighted 1 … ``count``, the last value most."""
    weights = np.arange(1.0, count + 1.0)
    return moving(values, count, lambda windows: windows @ weights / weights.sum())


def ema(values: Floats, count: int) -> Floats:
    """Return the exponential moving average, α = 2 / (N + 1), seeded with the SMA of the first N.

    Values that are NaN at the beginning are passed over.
    """
    return _recursive(values, count, 2.0 / (count + 1.0))


def wilder(values: Floats, count: int) -> Floats:
    """Return Wilder's average, α = 1 / N, seeded with the mean of the first N (Wilder 1978)."""
    return _recursive(values, count, 1.0 / count)


def _recursive(values: Floats, count: int, alpha: float) -> Floats:
    """Return y_t = (1 − α) y_{t−1} + α x_t from the mean of the first ``count`` values on."""
    known = ~np.isnan(values)
    first = int(np.argmax(known)) if known.any() else len(values)
    start = first + count
    if start > len(values):
        return np.full(len(values), np.nan)
    seed = [float(values[first:start].mean())]
    inputs = np.concatenate([seed, alpha * values[start:]])
    return warmed_up(_decayed(inputs, 1.0 - alpha), len(values))


def _decayed(inputs: Floats, decay: float) -> Floats:
    """Return y_t = decay · y_{t−1} + x_t from y = 0, block by block: Σ decay^(t−i) x_i."""
    rows = -(-len(inputs) // _BLOCK)
    padded = np.zeros(rows * _BLOCK)
    padded[: len(inputs)] = inputs
    powers = np.power(decay, np.arange(_BLOCK, dtype=np.float64))
    blocks: Floats = np.cumsum(padded.reshape(rows, _BLOCK) / powers, axis=1) * powers
    shift = decay**_BLOCK
    ends = list(accumulate(blocks[:, -1].tolist(), lambda end, own: shift * end + own))
    blocks[1:] += np.outer(ends[:-1], powers * decay)
    return blocks.reshape(-1)[: len(inputs)]


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Return the quotient, NaN where the denominator is 0 or either side is NaN."""
    result = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=result, where=denominator != 0.0)
    return result
