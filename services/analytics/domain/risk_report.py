"""The risk of a portfolio: its own returns' tails and falls, and what its holdings add to them."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

import numpy as np

from services.analytics.domain import distribution, risk
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.fx import Converted
from services.analytics.domain.holdings_risk import HoldingsRisk, holdings_risk
from services.analytics.domain.metrics import Day, Metrics
from services.analytics.domain.notes import Notes
from services.analytics.domain.performance import (
    against,
    measure_part,
    money_at_risk,
    noted,
    remarked,
    unvalued,
)
from services.analytics.domain.series import Floats, Series
from services.analytics.domain.track import Part, Request, Track
from services.analytics.domain.valuation import Books, Valuation

MOST_FALLS: Final = 5
# What a report takes over from the metrics; remarks on the others are left out of it.
_FROM_METRICS: Final = frozenset(
    {
        "start_date",
        "end_date",
        "total_return",
        "volatility",
        "max_drawdown",
        "beta",
        "r_squared",
        "tracking_error",
        "information_ratio",
    }
)
_OWN: Final = (
    "value",
    "downside_deviation",
    "var.historical",
    "var.parametric",
    "var.cornish_fisher",
    "cvar",
    "var_99",
    "cvar_99",
    "skewness",
    "excess_kurtosis",
    "ulcer_index",
    "up_capture",
    "down_capture",
    "concentration.hhi",
    "concentration.effective_holdings",
    "concentration.top_5_weight",
    "contributions",
    "diversification_ratio",
    "risk_level",
)


class RiskLevel(StrEnum):
    """A word for the annual volatility, by the classes of the European fund risk indicator.

    CESR/10-673 (SRRI): under 5 % are its classes 1 to 3, under 15 % 4 and 5, under 25 % 6, the
    rest 7.
    """

    LOW = "LOW"
    MODERATE = "MODERATE"
    HIGH = "HIGH"
    VERY_HIGH = "VERY_HIGH"

    @classmethod
    def of(cls, volatility: float | None) -> "RiskLevel | None":
        """Return the level of an annual volatility (0.15 is 15 %); None where it is not known."""
        if volatility is None:
            return None
        limits = ((0.05, cls.LOW), (0.15, cls.MODERATE), (0.25, cls.HIGH))
        return next((level for limit, level in limits if volatility < limit), cls.VERY_HIGH)


@dataclass(frozen=True, slots=True)
class Tails:
    """Values at risk and shortfalls of one day as money (a loss is negative), and the shape."""

    downside_deviation: float | None = None
    var_historical: float | None = None
    var_parametric: float | None = None
    var_cornish_fisher: float | None = None
    cvar: float | None = None
    var_99: float | None = None
    cvar_99: float | None = None
    skewness: float | None = None
    excess_kurtosis: float | None = None


@dataclass(frozen=True, slots=True)
class DatedFall:
    """One drawdown: a fraction < 0 and its days; ``recovery`` is None while it lasts."""

    depth: float
    peak: Day
    trough: Day
    recovery: Day | None


@dataclass(frozen=True, slots=True)
class RiskReport:
    """All figures as fractions or money, not yet rounded; None where one is not defined.

    ``metrics`` has the window, volatility, max drawdown and what is measured against the
    benchmark; ``value`` is that of the last day.
    """

    metrics: Metrics
    value: float | None = None
    tails: Tails = field(default=Tails())
    falls: tuple[DatedFall, ...] = ()
    ulcer_index: float | None = None
    up_capture: float | None = None
    down_capture: float | None = None
    holdings: HoldingsRisk = field(default=HoldingsRisk())
    risk_level: RiskLevel | None = None
    warnings: tuple[Warning, ...] = ()


def report(
    valuation: Valuation,
    books: Books,
    request: Request,
    benchmark: Series | Converted | None = None,
    confidence: float = 0.95,
) -> RiskReport:
    """Measure the risk of a portfolio over the window of ``request``.

    Args:
        benchmark: its levels in the portfolio's currency.
        confidence: of ``var_historical``, ``var_parametric``, ``var_cornish_fisher`` and ``cvar``.
    """
    part = Track.of_portfolio(valuation, books).cut(request)
    measured = unvalued() if part is None else measure_part(part, request, benchmark)
    metrics = remarked(measured, valuation, books, request)
    if part is None:
        missing = (warn(name, Code.NO_VALUATION) for name in _OWN)
        return RiskReport(metrics, warnings=(*_shared(metrics), *missing))
    observations = part.observations
    notes = noted(part)
    mine, market, _ = against(part, benchmark)
    up, down = (risk.capture(mine, market, rising=rising) for rising in (True, False))
    no_days = Code.NO_BENCHMARK if benchmark is None else Code.NO_SUCH_DAYS
    levels = part.observed.path.levels
    ulcer = risk.ulcer_index(levels) if len(observations) else np.nan
    return RiskReport(
        metrics,
        part.worth,
        _tails(notes, part, request, confidence),
        _dated_falls(notes, part),
        notes.figure("ulcer_index", ulcer, Code.NO_RETURNS),
        notes.figure("up_capture", up, no_days),
        notes.figure("down_capture", down, no_days),
        holdings_risk(notes, valuation, books, part, confidence),
        RiskLevel.of(metrics.dispersion.volatility),
        (*_shared(metrics), *notes.warnings, *_level_unknown(metrics)),
    )


def _shared(metrics: Metrics) -> list[Warning]:
    return [warning for warning in metrics.warnings if warning.field in _FROM_METRICS]


def _level_unknown(metrics: Metrics) -> list[Warning]:
    """Return why there is no risk level: because there is no volatility, and why that is so."""
    if metrics.dispersion.volatility is not None:
        return []
    return [
        replace(warning, field="risk_level")
        for warning in metrics.warnings
        if warning.field == "volatility"
    ]


def _tails(notes: Notes, part: Part, request: Request, confidence: float) -> Tails:
    observations, periods = part.observations, part.observed.frequency.periods
    excess = observations - risk.per_period_rate(request.risk_free_rate, periods)
    few, still = Code.INSUFFICIENT_OBSERVATIONS, Code.ZERO_DISPERSION

    at_risk, far_at_risk = (risk.value_at_risk(observations, level) for level in (confidence, 0.99))

    def money(name: str, fraction: Floats | float, undefined: Code = few) -> float | None:
        return money_at_risk(notes, name, fraction, part.worth, undefined)

    return Tails(
        notes.scaled("downside_deviation", risk.downside_deviation(excess, periods), few),
        money("var.historical", at_risk),
        money("var.parametric", distribution.parametric_var(observations, confidence)),
        money(
            "var.cornish_fisher", distribution.cornish_fisher_var(observations, confidence), still
        ),
        money("cvar", risk.expected_shortfall(observations, at_risk)),
        money("var_99", far_at_risk),
        money("cvar_99", risk.expected_shortfall(observations, far_at_risk)),
        notes.figure("skewness", distribution.skewness(observations), still),
        notes.figure("excess_kurtosis", distribution.excess_kurtosis(observations), still),
    )


def _dated_falls(notes: Notes, part: Part) -> tuple[DatedFall, ...]:
    if part.is_lost:
        notes.remark("drawdowns", Code.TOTAL_LOSS)
        return ()
    days, levels = part.observed.path
    depths = risk.drawdowns(levels)
    return tuple(
        DatedFall(
            float(depths[fall.trough]),
            Day(days[fall.peak], "D"),
            Day(days[fall.trough], "D"),
            None if fall.recovery is None else Day(days[fall.recovery], "D"),
        )
        for fall in risk.falls(levels, MOST_FALLS)
    )
