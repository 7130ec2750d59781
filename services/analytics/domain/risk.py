"""Risk measures of daily returns, each built from the ones before it.

Every function takes returns of shape (n,) or (n, assets) without gaps, works along axis 0, gives
a scalar or one figure for each asset as a plain fraction, and never changes its inputs. A figure
that is not defined is NaN; `performance` turns that into null and a warning.
"""

import math
from typing import NamedTuple

import numpy as np

from services.analytics.domain.comparing import FIGURE, apart, growth_apart, levelled
from services.analytics.domain.returns import total
from services.analytics.domain.series import Floats

TRADING_DAYS = 252
CRYPTO_DAYS = 365
NEGLIGIBLE = 1e-14


def per_period_rate(annual: float, periods: float = TRADING_DAYS) -> float:
    """Return the rate of one period that compounds to the effective ``annual`` rate."""
    return float((1.0 + annual) ** (1.0 / periods) - 1.0)


def deviation(returns: Floats) -> Floats:
    """Return the sample standard deviation (n−1); NaN under 2 returns.

    A deviation under 1e-14 of the mean's size is rounding noise and counts as exactly zero.
    Returns are growth factors less one, and the noise stands in the factors, so the size is that
    of the mean factor where it is the larger.
    """
    if len(returns) < 2:
        return np.full(returns.shape[1:], np.nan)
    return _without_noise(returns.std(axis=0, ddof=1), returns.mean(axis=0))


def volatility(returns: Floats, periods: float = TRADING_DAYS) -> Floats:
    """Return the annual volatility, deviation · √periods."""
    return deviation(returns) * math.sqrt(periods)


def sharpe(excess: Floats, periods: float = TRADING_DAYS) -> Floats:
    """Return mean(excess) / deviation(excess) · √periods (Sharpe 1994)."""
    return _ratio(excess, deviation(excess)) * math.sqrt(periods)


def downside_deviation(excess: Floats, periods: float = TRADING_DAYS) -> Floats:
    """Return √(mean over all n of min(excess, 0)²) · √periods; NaN under 2 returns."""
    if len(excess) < 2:
        return np.full(excess.shape[1:], np.nan)
    falls = np.minimum(excess, 0.0)
    spread = np.sqrt(_dot(falls, falls) / len(falls))
    return _without_noise(spread, excess.mean(axis=0)) * math.sqrt(periods)


def sortino(excess: Floats, periods: float = TRADING_DAYS) -> Floats:
    """Return mean(excess) · periods / downside deviation (Sortino & Price 1994)."""
    return _ratio(excess, downside_deviation(excess, periods)) * periods


def drawdowns(levels: Floats) -> Floats:
    """Return how far each level lies under the highest so far, ≤ 0; the first counts as a peak.

    Falls that are no more than the rounding of a linked index count as none.
    """
    return _fallen(_parts_of_peak(levels))


def max_drawdown(levels: Floats) -> Floats:
    """Return the deepest drawdown, ≤ 0; NaN under 2 levels."""
    if len(levels) < 2:
        return np.full(levels.shape[1:], np.nan)
    return _fallen(_parts_of_peak(levels).min(axis=0))


def _parts_of_peak(levels: Floats) -> Floats:
    peaks = np.maximum.accumulate(levels, axis=0)
    return np.divide(levels, peaks, out=peaks)


def _fallen(ratio: Floats) -> Floats:
    return np.minimum(apart(ratio, 1.0, FIGURE), 0.0)


class Fall(NamedTuple):
    """Positions of a drawdown: its peak (the last of equal ones), its lowest point, its end."""

    peak: int
    trough: int
    recovery: int | None


def deepest_fall(levels: Floats) -> Fall | None:
    """Return where the deepest drawdown of levels (n,) began, bottomed and ended, if any."""
    return next(iter(falls(levels, 1)), None)


def falls(levels: Floats, most: int) -> list[Fall]:
    """Return the deepest falls of levels (n,) from a peak to the return to it, the deepest first.

    Of equally deep ones the earlier comes first.
    """
    depths = drawdowns(levels)
    edges = np.diff((depths < 0.0).astype(np.int8), prepend=0, append=0)
    starts, stops = np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)
    if not len(starts):
        return []
    # Each stretch runs to the next one's start; what lies between them is no fall and no deeper.
    deepest = np.argsort(levelled(np.minimum.reduceat(depths, starts)), kind="stable")[:most]
    return [_fall(depths, int(starts[i]), int(stops[i])) for i in deepest]


def _fall(depths: Floats, start: int, stop: int) -> Fall:
    trough = start + int(np.argmin(levelled(depths[start:stop])))
    return Fall(start - 1, trough, stop if stop < len(depths) else None)


def ulcer_index(levels: Floats) -> Floats:
    """Return the root mean square of all drawdowns (Martin & McCann 1989); NaN under 2 levels."""
    if len(levels) < 2:
        return np.full(levels.shape[1:], np.nan)
    depths = drawdowns(levels)
    return np.asarray(np.sqrt((depths * depths).mean(axis=0)))


def calmar(annualised: Floats | float, deepest: Floats | float) -> Floats:
    """Return the annualised return / |max drawdown| (Young 1991); NaN without a drawdown."""
    return _quotient(np.asarray(annualised), np.abs(np.asarray(deepest)))


def value_at_risk(returns: Floats, confidence: float = 0.95) -> Floats:
    """Return the (1 − confidence) quantile of daily returns, type 7; NaN under 2 returns."""
    if len(returns) < 2:
        return np.full(returns.shape[1:], np.nan)
    # 1 − 0.95 is a hair over 0.05, and the quantile of 101 returns must be the sixth, exactly.
    below, part = divmod((len(returns) - 1) * round(1.0 - confidence, 12), 1.0)
    # With one pivot numpy's partition is eight times faster than with the two of np.quantile.
    ordered = np.partition(returns, int(below) + 1, axis=0)
    low, high = ordered[: int(below) + 1].max(axis=0), ordered[int(below) + 1]
    return np.asarray(low + (high - low) * part)


def expected_shortfall(returns: Floats, at_risk: Floats) -> Floats:
    """Return the mean of the returns at or below ``at_risk``, their value at risk (CVaR)."""
    if len(returns) < 2:
        return np.full(returns.shape[1:], np.nan)
    tail = growth_apart(returns, at_risk) <= 0.0
    return np.asarray(np.where(tail, returns, 0.0).sum(axis=0) / tail.sum(axis=0))


def beta(excess: Floats, benchmark: Floats) -> Floats:
    """Return cov / var of excess returns on common days; exactly 1 of a series with itself.

    ``benchmark`` has the shape (n,) or that of ``excess``. NaN where the benchmark stands still.
    """
    return _quotient(_co_moment(excess, benchmark), _moment(benchmark))


def alpha(excess: Floats, benchmark: Floats, periods: float = TRADING_DAYS) -> Floats:
    """Return periods · (mean excess − beta · the benchmark's) (Jensen 1968), a fraction a year."""
    mine = excess.mean(axis=0) if len(excess) else np.nan
    market = benchmark.mean(axis=0) if len(benchmark) else np.nan
    return periods * (mine - beta(excess, benchmark) * market)


def r_squared(returns: Floats, benchmark: Floats) -> Floats:
    """Return the squared correlation; NaN where either stands still."""
    shared = _co_moment(returns, benchmark)
    squared = _quotient(shared * shared, _moment(returns) * _moment(benchmark))
    return np.minimum(squared, 1.0)


def tracking_error(returns: Floats, benchmark: Floats, periods: float = TRADING_DAYS) -> Floats:
    """Return the annual deviation of the differences, deviation(r − b) · √periods."""
    return volatility(returns - _aligned(benchmark, returns), periods)


def information_ratio(returns: Floats, benchmark: Floats, periods: float = TRADING_DAYS) -> Floats:
    """Return mean(r − b) · periods / tracking error; NaN where they never differ."""
    difference = returns - _aligned(benchmark, returns)
    return _ratio(difference, tracking_error(returns, benchmark, periods)) * periods


def capture(returns: Floats, benchmark: Floats, *, rising: bool) -> Floats:
    """Return the own return linked over the benchmark's rising (or falling) days over its own.

    Both of shape (n,). NaN where there are no such days, or one lost more than everything.
    """
    moves = growth_apart(benchmark, 0.0)
    days = moves > 0.0 if rising else moves < 0.0
    if not days.any():
        return np.asarray(np.nan)
    mine, market = (total(side[days]) for side in (returns, benchmark))
    return np.asarray(mine / market)


def _without_noise(spread: Floats, mean: Floats) -> Floats:
    noise = NEGLIGIBLE * np.maximum(np.abs(mean), np.abs(1.0 + mean))
    return np.where(spread <= noise, 0.0, spread)


def _moment(returns: Floats) -> Floats:
    centred = _centred(returns)
    return np.where(deviation(returns) == 0.0, 0.0, _dot(centred, centred))


def _co_moment(returns: Floats, benchmark: Floats) -> Floats:
    if len(returns) < 2:
        return np.full(returns.shape[1:], np.nan)
    return _dot(_centred(returns), _centred(_aligned(benchmark, returns)))


def _dot(left: Floats, right: Floats) -> Floats:
    return np.asarray(np.einsum("i...,i...->...", left, right))


def _centred(returns: Floats) -> Floats:
    return returns - returns.mean(axis=0) if len(returns) else returns


def _aligned(benchmark: Floats, returns: Floats) -> Floats:
    return benchmark[:, np.newaxis] if benchmark.ndim < returns.ndim else benchmark


def _ratio(returns: Floats, dispersion: Floats) -> Floats:
    if len(returns) < 2:
        return np.full(returns.shape[1:], np.nan)
    return _quotient(returns.mean(axis=0), dispersion)


def _quotient(numerator: Floats, denominator: Floats) -> Floats:
    numerator, denominator = np.broadcast_arrays(numerator, denominator)
    result = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result
