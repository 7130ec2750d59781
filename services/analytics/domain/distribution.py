"""The shape of daily returns, and the value at risk that follows from it.

Every function takes returns of shape (n,) without gaps and gives a plain fraction, NaN where it
is not defined; a loss is negative.
"""

from statistics import NormalDist

import numpy as np

from services.analytics.domain import risk
from services.analytics.domain.series import Floats


def skewness(returns: Floats) -> float:
    """Return the third standardised moment m₃ / m₂^1.5 (Fisher's g₁); NaN without dispersion."""
    scores = _standardised(returns)
    return float((scores * scores * scores).mean())


def excess_kurtosis(returns: Floats) -> float:
    """Return the fourth standardised moment less the normal's: m₄ / m₂² − 3 (Fisher's g₂)."""
    squares = _standardised(returns) ** 2
    return float((squares * squares).mean() - 3.0)


def quantile(confidence: float) -> float:
    """Return the standard normal's (1 − confidence) quantile: −1.6449 for 95 %."""
    return NormalDist().inv_cdf(1.0 - confidence)


def parametric_var(returns: Floats, confidence: float = 0.95) -> float:
    """Return mean + z · deviation, as if returns were normal (RiskMetrics 1996)."""
    return _from_normal(returns, quantile(confidence))


def cornish_fisher_var(returns: Floats, confidence: float = 0.95) -> float:
    """Return mean + z' · deviation, z' bent by skewness S and excess kurtosis K.

    z' = z + (z² − 1) S / 6 + (z³ − 3z) K / 24 − (2z³ − 5z) S² / 36 (Favre & Galeano 2002).
    """
    z, s, k = quantile(confidence), skewness(returns), excess_kurtosis(returns)
    bent = z + (z**2 - 1) * s / 6 + (z**3 - 3 * z) * k / 24 - (2 * z**3 - 5 * z) * s**2 / 36
    return _from_normal(returns, bent)


def _from_normal(returns: Floats, z: float) -> float:
    if len(returns) < 2:
        return np.nan
    return float(returns.mean() + z * risk.deviation(returns))


def _standardised(returns: Floats) -> Floats:
    """Return (r − mean) / √m₂; one NaN where nothing varies."""
    if len(returns) < 2 or risk.deviation(returns) == 0.0:
        return np.array([np.nan])
    return np.asarray((returns - returns.mean()) / returns.std())
