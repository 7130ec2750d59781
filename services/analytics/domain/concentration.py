"""How a portfolio's weight and risk are spread over its holdings.

Weights w are of shape (k,) and sum to 1; a covariance Σ is of shape (k, k), of daily returns.
"""

import math

import numpy as np

from services.analytics.domain import risk
from services.analytics.domain.series import Floats


def hhi(weights: Floats) -> float:
    """Return the Herfindahl-Hirschman index Σ w²."""
    return float(weights @ weights)


def effective_holdings(weights: Floats) -> float:
    """Return 1 / HHI: how many equal holdings would be as concentrated."""
    return 1.0 / hhi(weights)


def top_weight(weights: Floats, count: int = 5) -> float:
    """Return the weight of the ``count`` largest holdings together."""
    return float(np.sort(weights)[-count:].sum())


def covariance(returns: Floats) -> Floats:
    """Return the sample covariance (n−1) of returns (n, k) without gaps, n at least 2."""
    centred = returns - returns.mean(axis=0)
    centred[:, risk.deviation(returns) == 0.0] = 0.0
    return np.asarray(centred.T @ centred / (len(returns) - 1))


def contributions(weights: Floats, covariances: Floats) -> Floats:
    """Return each holding's part of the variance, w_i (Σw)_i / wᵀΣw; they sum to 1.

    NaN where nothing varies.
    """
    whole = _variance(weights, covariances)
    if whole == 0.0:
        return np.full(len(weights), np.nan)
    return np.asarray(weights * (covariances @ weights) / whole)


def marginal_var(weights: Floats, covariances: Floats, quantile: float) -> Floats:
    """Return what one more unit of money in each holding adds to the value at risk.

    z (Σw)_i / √(wᵀΣw), z the normal's (negative) quantile (Jorion 2006, 7.2). NaN where nothing
    varies.
    """
    spread = math.sqrt(_variance(weights, covariances))
    if spread == 0.0:
        return np.full(len(weights), np.nan)
    return np.asarray(quantile * (covariances @ weights) / spread)


def diversification_ratio(weights: Floats, covariances: Floats) -> float:
    """Return Σ w_i σ_i / σ_p (Choueifaty & Coignard 2008); NaN where nothing varies."""
    spread = math.sqrt(_variance(weights, covariances))
    return _undiversified(weights, covariances) / spread if spread > 0.0 else np.nan


def _variance(weights: Floats, covariances: Floats) -> float:
    """Return wᵀΣw; 0 where holdings undo each other and nothing but rounding is left."""
    whole = float(weights @ covariances @ weights)
    noise = risk.NEGLIGIBLE * _undiversified(weights, covariances) ** 2
    return whole if whole > noise else 0.0


def _undiversified(weights: Floats, covariances: Floats) -> float:
    return float(weights @ np.sqrt(np.diag(covariances)))
