"""Performance metrics."""

from services.analytics.domain.figures import METRICS
from services.analytics.schemas import figures
from services.analytics.schemas.figures import FigureField, MarketDay
from shared.http.schemas import StrictSchema
from shared.http.warnings import Warnings


def _metric(name: str, description: str, example: str) -> FigureField:
    return FigureField(METRICS[name], description, example, "metrics")


class MetricsSchema(StrictSchema):
    """Performance and risk over a window; what is not defined is null and has a warning."""

    total_return = _metric(
        "total_return",
        "Daily time-weighted returns, linked",
        "25.5500",
    )
    total_return_percentage = _metric(
        "total_return_percentage", "The same with two decimals", "25.55"
    )
    annualized_return = _metric(
        "annualized_return",
        "(1 + total return)^(365 / days) − 1; null under one year",
        "18.75",
    )
    volatility = figures.volatility("metrics")
    sharpe_ratio = _metric(
        "sharpe_ratio",
        "Mean of the returns over the riskless rate, over their deviation, × √252.",
        "1.23",
    )
    max_drawdown = figures.max_drawdown("metrics")
    var_95 = _metric(
        "var_95",
        "What one day in twenty loses or worse: the 5 % quantile of daily returns × the last value,"
        " money; a loss is negative.",
        "-2850.00",
    )
    beta = figures.beta("metrics")
    alpha = _metric(
        "alpha",
        "Jensen's alpha: 252 × (mean excess return − beta × the benchmark's)",
        "3.25",
    )
    sortino_ratio = _metric(
        "sortino_ratio",
        "Mean excess return × 252 over the downside deviation.",
        "1.67",
    )
    calmar_ratio = _metric(
        "calmar_ratio",
        "Annualised return over the size of the deepest fall.",
        "2.22",
    )
    start_date = MarketDay(
        "metrics.window.start_date",
        "Day of the base: the last value on or before the asked day, or the first entry.",
        "2024-01-01",
    )
    end_date = MarketDay("metrics.window.end_date", "Day of the last value.", "2024-12-31")
    days_analyzed = figures.count(
        "metrics.window.days_analyzed", "Calendar days between the two.", 365
    )
    benchmark = figures.benchmark()
    currency = figures.currency()
    observations = figures.count(
        "metrics.window.observations", "Returns between the observation days of the window.", 251
    )
    risk_free_rate = figures.risk_free_rate()
    money_weighted_return = _metric(
        "money_weighted_return",
        "Internal rate of return (XIRR, ACT/365), a year",
        "19.10",
    )
    cvar_95 = _metric(
        "cvar_95",
        "Mean of the returns that var_95 bounds × the last value, money.",
        "-3920.00",
    )
    var_95_percentage = _metric("var_95_percentage", "var_95 as a return", "-1.52")
    tracking_error = figures.tracking_error("metrics")
    information_ratio = figures.information_ratio("metrics")
    r_squared = figures.r_squared("metrics")
    max_drawdown_peak = MarketDay(
        "metrics.drawdown.max_drawdown_peak", "Day from which the deepest fall went.", "2024-07-16"
    )
    max_drawdown_trough = MarketDay(
        "metrics.drawdown.max_drawdown_trough", "Day on which it ended.", "2024-08-05"
    )
    max_drawdown_recovery = MarketDay(
        "metrics.drawdown.max_drawdown_recovery",
        "First day back at the peak's value; null before that.",
        "2024-09-19",
    )
    warnings = Warnings()
