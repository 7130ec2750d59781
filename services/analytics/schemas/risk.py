"""The risk of a portfolio."""

from typing import Any

from marshmallow import fields

from services.analytics.answers.risk import Risk
from services.analytics.domain.figures import CONCENTRATION, RISK
from services.analytics.domain.printing import printed_figure, printed_parts
from services.analytics.schemas import figures
from services.analytics.schemas.figures import (
    FigureField,
    MarketDay,
    Part,
    Rows,
    amount,
    described,
    fraction,
    percent,
)
from shared.http.schemas import Number, StrictSchema
from shared.http.warnings import Warnings


def _of_report(name: str, description: str, example: str) -> FigureField:
    return FigureField(RISK[name], description, example, "report")


def _spread(name: str, description: str, example: str) -> FigureField:
    return FigureField(CONCENTRATION[name], description, example)


class VarSchema(StrictSchema):
    """The value at risk of one day by three methods, money; a loss is negative."""

    historical = amount(
        "report.tails.var_historical",
        "The (1 − confidence) quantile of daily returns × the value.",
        "-2850.00",
    )
    parametric = amount(
        "report.tails.var_parametric", "Mean + z × deviation, × the value.", "-2790.00"
    )
    cornish_fisher = amount(
        "report.tails.var_cornish_fisher",
        "The same with z bent by skewness and excess kurtosis.",
        "-2910.00",
    )


class FallSchema(StrictSchema):
    """One fall from a peak."""

    depth = percent("depth", "How far it went, under 0", "-8.45")
    peak = MarketDay("peak", "Day from which it went.", "2024-07-16")
    trough = MarketDay("trough", "Its lowest day.", "2024-08-05")
    recovery = MarketDay("recovery", "First day back at the peak's value.", "2024-09-19")


class ConcentrationSchema(StrictSchema):
    """How what is invested is spread, cash left out."""

    hhi = _spread("hhi", "Herfindahl-Hirschman index: the sum of squared weights.", "0.1800")
    effective_holdings = _spread(
        "effective_holdings", "1 / HHI: as many equal holdings are as concentrated.", "5.5556"
    )
    top_5_weight = _spread(
        "top_5_weight", "Weight of the five largest holdings, a fraction.", "0.7400"
    )


class ContributionSchema(StrictSchema):
    """One holding's part in weight and risk."""

    asset = fields.Integer(metadata=described("Id of the asset.", 1))
    symbol = fields.String(metadata=described("Its symbol.", "AAPL"))
    weight = fraction("weight", "Part of what is invested, a fraction.", "0.2500")
    risk_contribution = fraction(
        "risk_contribution",
        "Its part of the variance, w(Σw) / wᵀΣw; all sum to 1. Null with too little history.",
        "0.3100",
    )
    marginal_var = fraction(
        "marginal_var",
        "What one more unit of money in it adds to the parametric value at risk.",
        "-0.0210",
    )


def _contributions(answer: Risk) -> dict[str, list[Any]]:
    rows = answer.report.holdings.contributions
    return {
        "asset": [row.asset for row in rows],
        "symbol": [row.symbol for row in rows],
        "weight": printed_parts([row.weight for row in rows]),
        "risk_contribution": printed_parts([row.risk_contribution for row in rows]),
        "marginal_var": [printed_figure(row.marginal_var, places=4) for row in rows],
    }


class RiskSchema(StrictSchema):
    """The risk of a portfolio over a window; what is not defined is null and has a warning."""

    portfolio = figures.portfolio()
    value = _of_report("value", "Worth at the end of the window.", "125000.00")
    volatility = figures.volatility("report.metrics")
    downside_deviation = _of_report(
        "downside_deviation",
        "Root mean square of the returns under the riskless rate, all days counted, × √252",
        "10.40",
    )
    var = Part(VarSchema, metadata={"description": "Value at risk of one day at `confidence`."})
    cvar = _of_report("cvar", "Mean of what is as bad as the historical VaR or worse.", "-3920.00")
    var_99 = _of_report("var_99", "Historical value at risk at 99 %.", "-4600.00")
    cvar_99 = _of_report("cvar_99", "The mean of what is as bad or worse.", "-5700.00")
    max_drawdown = figures.max_drawdown("report.metrics")
    drawdowns = fields.List(
        fields.Nested(FallSchema),
        attribute="report.falls",
        metadata={"description": "The five deepest falls, the deepest first."},
    )
    beta = figures.beta("report.metrics")
    r_squared = figures.r_squared("report.metrics")
    tracking_error = figures.tracking_error("report.metrics")
    information_ratio = figures.information_ratio("report.metrics")
    up_capture = _of_report(
        "up_capture",
        "Cumulative return over the benchmark's own, on the days it rose; a ratio.",
        "1.05",
    )
    down_capture = _of_report("down_capture", "The same on the days it fell.", "0.90")
    ulcer_index = _of_report("ulcer_index", "Root mean square of all drawdowns", "3.20")
    skewness = _of_report("skewness", "Third standardised moment of the returns.", "-0.45")
    excess_kurtosis = _of_report("excess_kurtosis", "Fourth standardised moment less 3.", "2.10")
    concentration = fields.Nested(
        ConcentrationSchema,
        attribute="report.holdings",
        metadata={"description": "How what is invested is spread at the end."},
    )
    contributions = Rows(
        ContributionSchema,
        _contributions,
        metadata={"description": "The holdings, the largest first; weights sum to 1."},
    )
    diversification_ratio = _of_report(
        "diversification_ratio",
        "Weighted mean of the holdings' deviations over the deviation of all.",
        "1.4200",
    )
    risk_level = fields.String(
        attribute="report.risk_level",
        allow_none=True,
        metadata=described(
            "The volatility in a word: `LOW` under 5 %, `MODERATE` under 15 %, `HIGH` under 25 %,"
            " else `VERY_HIGH` (the classes of CESR/10-673).",
            "HIGH",
        ),
    )
    currency = figures.currency()
    start_date = MarketDay(
        "report.metrics.window.start_date", "Day of the base value.", "2024-01-01"
    )
    end_date = MarketDay("report.metrics.window.end_date", "Day of the last value.", "2024-12-31")
    observations = figures.count(
        "report.metrics.window.observations",
        "Returns between the observation days of the window.",
        251,
    )
    confidence = Number(at_least=2, metadata=described("The asked confidence, a fraction.", "0.95"))
    risk_free_rate = figures.risk_free_rate()
    benchmark = figures.benchmark()
    warnings = Warnings()
