"""What each holding adds to the risk of a portfolio, at the weights of the last day."""

from dataclasses import dataclass

import numpy as np

from services.analytics.domain import concentration, distribution, returns
from services.analytics.domain.codes import Code
from services.analytics.domain.joining import complete, long_enough
from services.analytics.domain.metrics import Day
from services.analytics.domain.notes import Notes
from services.analytics.domain.series import Floats, Mask
from services.analytics.domain.track import Part
from services.analytics.domain.valuation import Books, Valuation


@dataclass(frozen=True, slots=True)
class Contribution:
    """One holding: its weight, its part of the variance and its marginal value at risk.

    Fractions; the risk is None where the holding has too little history.
    """

    asset: int
    symbol: str
    weight: float
    risk_contribution: float | None = None
    marginal_var: float | None = None


@dataclass(frozen=True, slots=True)
class HoldingsRisk:
    """Concentration and contributions; weights are parts of what is invested, without cash."""

    hhi: float | None = None
    effective_holdings: float | None = None
    top_5_weight: float | None = None
    diversification_ratio: float | None = None
    contributions: tuple[Contribution, ...] = ()


def holdings_risk(
    notes: Notes, valuation: Valuation, books: Books, part: Part, confidence: float
) -> HoldingsRisk:
    """Measure what is held at the end of a window by the returns within it.

    Between the observation days of the portfolio, on which a holding has its last close as in the
    portfolio's value, so that a fund or a house beside a stock has its part too. Risk
    contributions sum to 1.
    """
    observed = part.observed
    weights = _weights(valuation, part.days[-1])
    assets, shares = list(weights), np.array(list(weights.values()), dtype=np.float64)
    levels = [books.worth(asset).as_of(observed.days).values for asset in assets]
    matrix = returns.simple(np.reshape(levels, (len(assets), len(observed.days))).T)
    measured = long_enough(matrix)
    parts, marginal, ratio = _risk(shares, matrix, measured, confidence)
    diversified = notes.figure("diversification_ratio", ratio, Code.ZERO_DISPERSION)
    if observed.frequency.is_sparse:
        marginal[:] = np.nan
        notes.of_one_day("contributions.marginal_var", np.nan, Code.SPARSE_PRICES)
    contributions = [
        Contribution(
            asset, valuation.lines[asset].symbol, float(share), _defined(part), _defined(margin)
        )
        for asset, share, part, margin in zip(assets, shares, parts, marginal, strict=True)
    ]
    _remark_unmeasured(notes, contributions, measured)
    return HoldingsRisk(*_concentration(notes, shares), diversified, tuple(contributions))


def _concentration(notes: Notes, shares: Floats) -> tuple[float | None, float | None, float | None]:
    if not len(shares):
        for name in ("hhi", "effective_holdings", "top_5_weight"):
            notes.remark(f"concentration.{name}", Code.NO_HOLDINGS)
        return None, None, None
    return (
        concentration.hhi(shares),
        concentration.effective_holdings(shares),
        concentration.top_weight(shares),
    )


def _remark_unmeasured(notes: Notes, contributions: list[Contribution], measured: Mask) -> None:
    for i, contribution in enumerate(contributions):
        if not measured[i]:
            notes.remark("contributions", Code.HISTORY_TOO_SHORT, symbol=contribution.symbol)
    if any(measured[i] and row.risk_contribution is None for i, row in enumerate(contributions)):
        notes.remark("contributions", notes.cause("diversification_ratio"))


def _weights(valuation: Valuation, last: Day) -> dict[int, float]:
    """Return each held asset's part of what is invested, the largest first."""
    position = int(np.searchsorted(valuation.days, last))
    values = {asset: line.value_on(position) for asset, line in valuation.lines.items()}
    invested = sum(values.values())
    ordered = sorted(values, key=lambda asset: (-values[asset], asset))
    return {asset: values[asset] / invested for asset in ordered if values[asset] > 0.0}


def _risk(
    shares: Floats, matrix: Floats, measured: Mask, confidence: float
) -> tuple[Floats, Floats, float]:
    """Return contributions, marginal values at risk (NaN: not measured) and diversification."""
    parts, marginal = np.full(len(shares), np.nan), np.full(len(shares), np.nan)
    common = complete(matrix[:, measured])
    if len(common) < 2 or not measured.any():
        return parts, marginal, np.nan
    weights = shares[measured] / shares[measured].sum()
    covariances = concentration.covariance(common)
    parts[measured] = concentration.contributions(weights, covariances)
    z = distribution.quantile(confidence)
    marginal[measured] = concentration.marginal_var(weights, covariances, z)
    return parts, marginal, concentration.diversification_ratio(weights, covariances)


def _defined(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
