"""Bars as short as a test can read them."""

from collections.abc import Sequence

import numpy as np

from services.analytics.domain.indicators.bars import Bars
from services.analytics.domain.series import Floats
from tests.analytics.domain.build import floats, weekdays


def closes(*values: float) -> Bars:
    """Bars with closes alone."""
    nothing = np.full(len(values), np.nan)
    return Bars(weekdays(len(values)), floats(*values), nothing, nothing, nothing)


def bars(
    high: Sequence[float],
    low: Sequence[float],
    close: Sequence[float],
    volume: Sequence[float] | None = None,
) -> Bars:
    traded = np.full(len(close), np.nan) if volume is None else floats(*volume)
    return Bars(weekdays(len(close)), floats(*close), floats(*high), floats(*low), traded)


def walk(count: int, seed: int = 1) -> Bars:
    """A random walk with all columns."""
    random = np.random.default_rng(seed)
    close: Floats = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, count)))
    spread = random.uniform(0.0, 0.02, (2, count))
    volume = random.integers(1, 1_000_000, count).astype(np.float64)
    return Bars(
        weekdays(count), close, close * (1.0 + spread[0]), close * (1.0 - spread[1]), volume
    )
