"""Our arithmetic beside plain numpy, empyrical-reloaded and pandas: one process, one run.

    make bench    # or, in an environment with requirements/compare.txt:
    OPENBLAS_NUM_THREADS=1 python -m tests.load.analytics_arithmetic

Every figure is computed by each side before its time is taken, and must be equal. The sides take
turns, and the median of all turns counts, so that a busy machine slows all of them down.
"""

import math
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import empyrical
import numpy as np
import pandas as pd

from services.analytics.domain import correlation, returns, risk
from services.analytics.domain.indicators import names
from services.analytics.domain.indicators.bars import Bars
from services.analytics.domain.indicators.chart import draw
from services.analytics.domain.series import Floats

DAYS: Final = 2520
YEARS: Final = DAYS / 252
ASSETS: Final = 50
COLUMNS: Final = 500  # of the correlation matrix
TURNS: Final = 15
SEED: Final = 20240102

Side = Callable[[], object]
Column = Floats | pd.Series


class Goal(NamedTuple):
    """What one of our medians may be at most: so many times another side's, or milliseconds."""

    text: str
    ours: float
    limit: float

    @property
    def is_met(self) -> bool:
        """Whether it is."""
        return self.ours <= self.limit


def ours(daily: Floats, market: Floats) -> list[Floats]:
    """Return the ten metrics of each column, by the service's own functions."""
    levels = returns.growth_index(daily)
    total = levels[-1] - 1.0
    annual = levels[-1] ** (1.0 / YEARS) - 1.0
    deepest = risk.max_drawdown(levels)
    return [
        total,
        annual,
        risk.volatility(daily),
        risk.sharpe(daily),
        risk.sortino(daily),
        deepest,
        risk.calmar(annual, deepest),
        risk.value_at_risk(daily),
        risk.beta(daily, market),
        risk.alpha(daily, market),
    ]


def plain(daily: Floats, market: Floats) -> list[Floats]:
    """Return the same as one would write it down with numpy alone, undefined cases left out."""
    levels = np.vstack([np.ones(daily.shape[1]), np.cumprod(1.0 + daily, axis=0)])
    annual = levels[-1] ** (1.0 / YEARS) - 1.0
    mean, spread = daily.mean(axis=0), daily.std(axis=0, ddof=1)
    downside = np.sqrt((np.minimum(daily, 0.0) ** 2).mean(axis=0))
    deepest = (levels / np.maximum.accumulate(levels, axis=0) - 1.0).min(axis=0)
    centred = market - market.mean()
    beta = centred @ (daily - mean) / (centred @ centred)
    return [
        levels[-1] - 1.0,
        annual,
        spread * math.sqrt(252),
        mean / spread * math.sqrt(252),
        mean / downside * math.sqrt(252),
        deepest,
        annual / -deepest,
        np.quantile(daily, 0.05, axis=0),
        beta,
        252 * (mean - beta * market.mean()),
    ]


def theirs(columns: Sequence[Column], market: Column) -> list[Floats]:
    """Return the same from empyrical, one column at a time."""
    rows = [
        (
            empyrical.cum_returns_final(column),
            empyrical.cagr(column),
            empyrical.annual_volatility(column),
            empyrical.sharpe_ratio(column),
            empyrical.sortino_ratio(column),
            empyrical.max_drawdown(column),
            empyrical.calmar_ratio(column),
            empyrical.value_at_risk(column),
            empyrical.beta(column, market),
            empyrical.alpha(column, market, annualization=1) * 252,
        )
        for column in columns
    ]
    return list(np.array(rows).T)


def medians(sides: Mapping[str, Side]) -> dict[str, float]:
    """Return each side's median in milliseconds; they take turns."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(TURNS):
        for name, side in sides.items():
            began = time.perf_counter()
            side()
            taken[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(found) for name, found in taken.items()}


def metrics(random: np.random.Generator) -> list[Goal]:
    """Time the ten metrics of fifty assets over ten years.

    Of empyrical the time with dated series is the goal's: that is what its users have.
    """
    market = random.normal(0.0004, 0.01, DAYS)
    daily = 0.8 * market[:, np.newaxis] + random.normal(0.0001, 0.012, (DAYS, ASSETS))
    np.testing.assert_allclose(ours(daily, market), plain(daily, market), rtol=1e-9)
    arrays = [np.ascontiguousarray(column) for column in daily.T]
    index = pd.bdate_range("2014-01-01", periods=DAYS)
    dated, dated_market = [pd.Series(column, index) for column in arrays], pd.Series(market, index)
    np.testing.assert_allclose(ours(daily, market), theirs(arrays, market), rtol=1e-9)
    found = medians(
        {
            "ours": lambda: ours(daily, market),
            "numpy": lambda: plain(daily, market),
            "empyrical, arrays": lambda: theirs(arrays, market),
            "empyrical, series": lambda: theirs(dated, dated_market),
        }
    )
    times = ", ".join(f"{name} {taken:.1f} ms" for name, taken in found.items())
    what = f"ten metrics of {ASSETS} × {DAYS}: {times}"
    return [
        Goal(f"{what}; twice numpy", found["ours"], 2 * found["numpy"]),
        Goal(f"{what}; a fifth of series", found["ours"], found["empyrical, series"] / 5),
    ]


def correlations(random: np.random.Generator) -> list[Goal]:
    """Time the correlation of five hundred series, of which one value in twenty is missing."""
    daily = random.normal(0.0, 0.01, (DAYS, 1)) + random.normal(0.0, 0.01, (DAYS, COLUMNS))
    daily[random.random(daily.shape) < 0.05] = np.nan
    frame = pd.DataFrame(daily)
    np.testing.assert_allclose(correlation.pearson(daily).matrix, frame.corr(), atol=1e-12)
    found = medians({"ours": lambda: correlation.pearson(daily), "pandas": frame.corr})
    own, other = found["ours"], found["pandas"]
    what = f"correlation of {COLUMNS} × {DAYS} with gaps"
    return [Goal(f"{what}: {own:.1f} ms, DataFrame.corr {other:.0f} ms", own, other / 8)]


def indicators(random: np.random.Generator) -> list[Goal]:
    """Time the default indicators of one asset over ten years."""
    days = np.busday_offset(np.datetime64("2014-01-01"), np.arange(DAYS), roll="forward")
    closes = np.exp(np.cumsum(random.normal(0.0004, 0.01, DAYS)))
    nothing = np.full(DAYS, np.nan)
    bars, asked = Bars(days, closes, nothing, nothing, nothing), names.parse(names.DEFAULT)
    own = medians({"ours": lambda: draw(bars, asked)})["ours"]
    return [Goal(f"{len(asked)} default indicators of {DAYS} days: {own:.2f} ms", own, 2.0)]


def main() -> int:
    """Print each figure beside its goal; return 1 where one is missed."""
    random = np.random.default_rng(SEED)
    goals = [*metrics(random), *correlations(random), *indicators(random)]
    for goal in goals:
        print(f"{'ok    ' if goal.is_met else 'MISSED'} {goal.text} (goal: {goal.limit:.2f} ms)")
    return int(not all(goal.is_met for goal in goals))


if __name__ == "__main__":
    sys.exit(main())
