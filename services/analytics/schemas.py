"""What comes into analytics and goes out."""

from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.analytics.measured import Measured
from shared.http.schemas import Day, Number, StrictSchema, Text, WarningSchema
from shared.money import plain, round_money


class MetricsQuery(StrictSchema):
    """What is measured, and against what."""

    start_date = Day(
        metadata={
            "description": "First day; the first with a ledger entry or price by default.",
            "example": "2024-01-01",
        }
    )
    end_date = Day(
        metadata={
            "description": "Last day; the last market day by default.",
            "example": "2024-12-31",
        }
    )
    benchmark = Text(
        longest=64,
        metadata={"description": "Symbol to measure against.", "example": "SPY"},
    )
    risk_free_rate = Number(
        load_default=Decimal(0),
        validate=validate.Range(min=Decimal("-0.5"), max=1, error="0.02 is 2 %: use -0.5 to 1."),
        metadata={
            "description": "Riskless rate a year, effective, as a fraction.",
            "example": "0.02",
        },
    )

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if {"start_date", "end_date"} <= data.keys() and data["start_date"] > data["end_date"]:
            raise ValidationError("Must not be after end_date.", "start_date")


class Figure(Number):
    """A figure of `Metrics`, answered with two decimals; null where it is not defined.

    Args:
        source: its group and name in `Metrics`.
        scale: what it is multiplied by.
    """

    def __init__(
        self, source: str, description: str, example: str, *, scale: int = 1, places: int = 2
    ) -> None:
        super().__init__(
            places=places,
            attribute=f"metrics.{source}",
            dump_only=True,
            allow_none=True,
            metadata={"description": description, "example": example},
        )
        self.scale = scale

    def _serialize(self, value: Any, *args: Any, **kwargs: Any) -> str | None:
        scaled = None if value is None else _exact(value) * self.scale
        return super()._serialize(scaled, *args, **kwargs)


class Amount(Figure):
    """A figure that is money, in the minor unit of the answer's currency."""

    def _serialize(self, value: Any, *args: Any, **_: Any) -> str | None:
        measured: Measured = args[1]  # after the field's name
        return None if value is None else plain(round_money(_exact(value), measured.currency))


class MarketDay(fields.Date):
    """A day of `Metrics`; null where there is none."""

    def __init__(self, source: str, description: str, example: str) -> None:
        super().__init__(
            attribute=f"metrics.{source}",
            dump_only=True,
            allow_none=True,
            metadata={"description": description, "example": example},
        )

    def _serialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        return None if value is None else str(value)


def _percent(source: str, description: str, example: str, places: int = 2) -> Figure:
    return Figure(source, f"{description}, in percent.", example, scale=100, places=places)


def _count(source: str, description: str, example: int) -> fields.Integer:
    metadata = {"description": description, "example": example}
    return fields.Integer(attribute=f"metrics.{source}", metadata=metadata)


class BenchmarkSchema(StrictSchema):
    """What was measured against."""

    requested = fields.String(metadata={"description": "The symbol asked for.", "example": "SPY"})
    symbol = fields.String(
        metadata={"description": "The symbol that stands for it.", "example": "SP500"}
    )


class MetricsSchema(StrictSchema):
    """Performance and risk over a window; what is not defined is null and has a warning."""

    total_return = _percent("growth.total_return", "Time-weighted return", "25.5500", places=4)
    total_return_percentage = _percent("growth.total_return", "The same with two decimals", "25.55")
    annualized_return = _percent(
        "growth.annualized_return", "The same a year; null under one year", "18.75"
    )
    volatility = _percent(
        "dispersion.volatility", "Standard deviation of daily returns, a year", "15.25"
    )
    sharpe_ratio = Figure(
        "dispersion.sharpe_ratio", "Mean excess return over its deviation, a year.", "1.23"
    )
    max_drawdown = _percent("drawdown.max_drawdown", "The deepest fall from a peak", "-8.45")
    var_95 = Amount(
        "dispersion.var_95",
        "What one day in twenty loses or worse, as money: historical, at the last value.",
        "-2850.00",
    )
    beta = Figure("relative.beta", "Covariance with the benchmark over its variance.", "1.15")
    alpha = _percent("relative.alpha", "Jensen's alpha, a year", "3.25")
    sortino_ratio = Figure(
        "dispersion.sortino_ratio", "Mean excess return over its downside deviation.", "1.67"
    )
    calmar_ratio = Figure(
        "drawdown.calmar_ratio", "Annualised return over the deepest fall.", "2.22"
    )
    start_date = MarketDay("window.start_date", "Day of the base value.", "2024-01-01")
    end_date = MarketDay("window.end_date", "Day of the last value.", "2024-12-31")
    days_analyzed = _count("window.days_analyzed", "Calendar days between the two.", 365)
    benchmark = fields.Nested(
        BenchmarkSchema,
        allow_none=True,
        metadata={
            "description": "Null where none was asked for.",
            "example": {"requested": "SPY", "symbol": "SP500"},
        },
    )
    currency = fields.String(metadata={"description": "Currency of money.", "example": "USD"})
    observations = _count("window.observations", "Daily returns in the window.", 251)
    risk_free_rate = Number(
        at_least=2, metadata={"description": "The asked rate, a fraction.", "example": "0.02"}
    )
    money_weighted_return = _percent(
        "growth.money_weighted_return", "Internal rate of return (XIRR), a year", "19.10"
    )
    cvar_95 = Amount(
        "dispersion.cvar_95", "The mean of the days that var_95 bounds, as money.", "-3920.00"
    )
    var_95_percentage = _percent("dispersion.var_95_percentage", "var_95 as a return", "-1.52")
    tracking_error = _percent(
        "relative.tracking_error", "Deviation of the differences to the benchmark, a year", "4.80"
    )
    information_ratio = Figure(
        "relative.information_ratio", "Mean difference over the tracking error.", "0.55"
    )
    r_squared = Figure("relative.r_squared", "Squared correlation with the benchmark.", "0.91")
    max_drawdown_peak = MarketDay(
        "drawdown.max_drawdown_peak", "Day from which the deepest fall went.", "2024-07-16"
    )
    max_drawdown_trough = MarketDay(
        "drawdown.max_drawdown_trough", "Day on which it ended.", "2024-08-05"
    )
    max_drawdown_recovery = MarketDay(
        "drawdown.max_drawdown_recovery",
        "First day back at the peak's value; null before that.",
        "2024-09-19",
    )
    warnings = fields.List(
        fields.Nested(WarningSchema),
        metadata={"description": "Why a figure is null, or what to know about it."},
    )


def _exact(value: float) -> Decimal:
    """Return the shortest decimal that is this float: 1.005, not 1.00499999999999989…"""
    return Decimal(repr(float(value)))
