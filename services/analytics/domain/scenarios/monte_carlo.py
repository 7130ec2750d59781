"""Simulated futures of today's holdings, from the returns that they would have had so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np

from services.analytics.domain.comparing import FIGURE, growth_apart
from services.analytics.domain.joining import complete, joined_returns, long_enough, on_days
from services.analytics.domain.metrics import Day
from services.analytics.domain.observation import Holding, choose, frequency
from services.analytics.domain.scenarios.holdings import Holdings
from services.analytics.domain.series import ALWAYS, Floats, is_figure

PERCENTILES: Final = (1, 5, 10, 25, 50, 75, 90, 95, 99)
LEAST_OBSERVATIONS: Final = 30
# A month of trading days keeps the swings of volatility together.
BLOCK_DAYS: Final = 21
# The logarithm needs something that is left.
TOTAL_LOSS: Final = -1.0 + 1e-12
# The logarithm of a growth beyond every figure; the sum of all such futures is still a number.
FURTHEST: Final = 600.0


class Model(StrEnum):
    """BLOCK_BOOTSTRAP draws months of the past, GBM a normal with their mean and deviation."""

    BLOCK_BOOTSTRAP = "block_bootstrap"
    GBM = "gbm"


@dataclass(frozen=True, slots=True)
class Simulation:
    """The portfolio after ``horizon_days``: money, a loss negative; probabilities as fractions.

    ``percentiles`` are of the value then; ``var`` is the (1 − confidence) quantile of the profit,
    ``cvar`` the mean of the profits at or below it.
    """

    model: Model
    horizon_days: int
    simulations: int
    seed: int
    observations: int
    percentiles: Mapping[int, float]
    mean: float
    var: float
    cvar: float
    probability_of_loss: float

    @property
    def is_printable(self) -> bool:
        """Whether every future is of a sensible size."""
        money = [*self.percentiles.values(), self.mean, self.var, self.cvar]
        return bool(is_figure(np.array(money)).all())


class History(NamedTuple):
    """What a simulation draws from.

    Attributes:
        returns: of today's mix, cash included, between observation days (n,).
        left_out: symbols with too few returns to count, as if they moved like the rest of what is
            invested.
        sparse: how many returns are a year, where that is too few to simulate days by.
    """

    returns: Floats
    left_out: list[str]
    sparse: float | None = None


def history(holdings: Holdings, start: Day | None = None, end: Day | None = None) -> History:
    """Return the returns that today's mix would have had, as if it had been held all the time."""
    exposures = holdings.exposures
    values = np.array([each.value for each in exposures], dtype=np.float64)
    base, last = _window(holdings, start, end)
    if base is None or holdings.value <= 0.0:
        return History(np.array([]), [])
    calendar = choose([Holding(each.quotes, ALWAYS) for each in exposures], base, last)
    sparse = frequency(calendar, calendar.days, base, last)
    if sparse.is_sparse:
        return History(np.array([]), [], sparse.periods)
    days = np.append(base, calendar.days)
    matrix = joined_returns([on_days(each.levels, days) for each in exposures])[1]
    usable = long_enough(matrix)
    left_out = [
        each.symbol for each, is_usable in zip(exposures, usable, strict=True) if not is_usable
    ]
    if not usable.any():
        return History(np.array([]), left_out)
    weights = values[usable] / values[usable].sum() * (values.sum() / holdings.value)
    return History(complete(matrix[:, usable]) @ weights, left_out)


def _window(holdings: Holdings, start: Day | None, end: Day | None) -> tuple[Day | None, Day]:
    """Return the first day of what there is and of what is asked, if there is any, and the last."""
    last = holdings.as_of if end is None else end
    firsts = [each.levels.days[0] for each in holdings.exposures if len(each.levels.days)]
    if not firsts:
        return None, last
    return (min(firsts) if start is None else max(start, min(firsts))), last


def simulate(
    returns: Floats,
    value: float,
    *,
    horizon_days: int = 252,
    simulations: int = 10_000,
    model: Model = Model.BLOCK_BOOTSTRAP,
    seed: int = 42,
    confidence: float = 0.95,
) -> Simulation | None:
    """Simulate ``simulations`` futures; one seed gives one result. None under 30 ``returns``.

    Args:
        returns: daily ones of today's mix, shape (n,).
        value: of the portfolio today.
    """
    if len(returns) < LEAST_OBSERVATIONS:
        return None
    random = np.random.default_rng(seed)
    growth = np.log1p(np.maximum(returns, TOTAL_LOSS))
    draw = _blocks if model is Model.BLOCK_BOOTSTRAP else _normal
    ends = draw(random, growth, horizon_days, simulations)
    moves = np.expm1(np.minimum(ends, FURTHEST))
    profits, part = value * moves, round(1.0 - confidence, 12)
    at_risk = float(np.quantile(profits, part))
    tail = growth_apart(moves, np.quantile(moves, part), FIGURE) <= 0.0
    percentiles = np.percentile(value + profits, PERCENTILES)
    return Simulation(
        model,
        horizon_days,
        simulations,
        seed,
        len(returns),
        dict(zip(PERCENTILES, percentiles.tolist(), strict=True)),
        float(value + profits.mean()),
        at_risk,
        min(at_risk, float(profits[tail].mean())),
        float((growth_apart(moves, 0.0, FIGURE) < 0.0).mean()),
    )


def _blocks(random: np.random.Generator, growth: Floats, days: int, count: int) -> Floats:
    """Return the logarithmic growth of blocks drawn from the circle of days (Politis & Romano).

    A block's growth is the difference of two running sums, so no day is drawn by itself.
    """
    length = min(BLOCK_DAYS, len(growth), days)
    whole, rest = divmod(days, length)
    running = np.concatenate([[0.0], np.cumsum(np.concatenate([growth, growth[:length]]))])
    starts = random.integers(0, len(growth), size=(count, whole + 1))
    lengths = np.array([length] * whole + [rest])
    return np.asarray((running[starts + lengths] - running[starts]).sum(axis=1))


def _normal(random: np.random.Generator, growth: Floats, days: int, count: int) -> Floats:
    """Return the growth of a geometric Brownian motion, whose end has a normal logarithm."""
    spread = growth.std(ddof=1) * np.sqrt(days)
    return np.asarray(growth.mean() * days + spread * random.standard_normal(count))
