"""Moving windows: the values of the plain definition, in memory that no window's length moves."""

import tracemalloc
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.domain.indicators import formulas
from services.analytics.domain.indicators.bars import Bars
from services.analytics.domain.indicators.formulas import CCI_SCALE
from services.analytics.domain.indicators.names import parse
from services.analytics.domain.series import Floats
from tests.analytics.domain.indicators.build import walk

LONGEST = 37_000  # days: a century of trading


def by_day(days: int, count: int, value: Callable[[slice], float]) -> Floats:
    """Return `value` of the last `count` days of each day, one by one."""
    whole = [value(slice(day - count + 1, day + 1)) for day in range(count - 1, days)]
    return np.array([np.nan] * min(count - 1, days) + whole)


def cci(bars: Bars, span: slice) -> float:
    typical = bars.typical[span]
    apart = np.abs(typical - typical.mean()).mean()
    return float((typical[-1] - typical.mean()) / (CCI_SCALE * apart))


def band(bars: Bars, span: slice) -> float:
    return float(bars.close[span].mean() + bars.close[span].std())


def place(bars: Bars, span: slice) -> float:
    low, high = bars.low[span].min(), bars.high[span].max()
    return float(100.0 * (bars.close[span][-1] - low) / (high - low))


def money_flow(bars: Bars, span: slice) -> float:
    # A day's flow is the direction since the day before, so the span's first day has none.
    rises = np.diff(bars.typical[span]) > 0
    flow = (bars.typical * bars.volume)[span][1:]
    return float(100.0 * flow[rises].sum() / flow.sum())


def deviation(bars: Bars, span: slice) -> float:
    close = bars.close[span]
    daily = close[1:] / close[:-1] - 1.0
    return float(100.0 * np.sqrt(bars.periods) * daily.std(ddof=1))


# 33 windows of 1,000 days are measured at once, so that is the place where two parts meet.
@settings(max_examples=30)
@given(st.integers(1, 2500), st.integers(2, 1000), st.integers(0, 9))
def test_every_value_is_that_of_its_own_window(days: int, count: int, seed: int) -> None:
    bars = walk(days, seed)
    weights = np.arange(1.0, count + 1.0)
    wma = partial(np.average, weights=weights)
    pairs: list[tuple[Floats, int, Callable[[slice], float]]] = [
        (formulas.cci(bars, count), count, partial(cci, bars)),
        (formulas.stochastic(bars, count, 1, 1)["k"], count, partial(place, bars)),
        (formulas.wma(bars, count), count, lambda span: float(wma(bars.close[span]))),
        (formulas.bollinger(bars, count, 1.0)["upper"], count, partial(band, bars)),
        # A change needs the day before.
        (formulas.mfi(bars, count), count + 1, partial(money_flow, bars)),
        (formulas.volatility(bars, count), count + 1, partial(deviation, bars)),
    ]
    for values, length, value in pairs:
        np.testing.assert_allclose(values, by_day(days, length, value), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "name",
    ["cci_1000", "wma_1000", "bollinger_1000_2", "volatility_1000", "stochastic_1000", "mfi_1000"],
)
def test_the_longest_window_takes_no_more_memory_than_its_series(name: str) -> None:
    bars = walk(LONGEST)
    [indicator] = parse([name])
    # Whatever else this process does is counted too, but not each time.
    peaks = [_peak(lambda: indicator.lines(bars)) for _ in range(3)]
    assert min(peaks) < 4 * 2**20  # bytes; a line has 0.3 MB, all windows together 300


def _peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak
