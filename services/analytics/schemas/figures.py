"""Fields of what is answered; how a figure is printed, `domain.figures` says."""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, fields

from services.analytics.domain import figures
from services.analytics.domain.figures import METRICS, Figure
from shared.http.schemas import Number, StrictSchema


def described(text: str, example: Any) -> dict[str, Any]:
    """Return the metadata of a field."""
    return {"description": text, "example": example}


class FigureField(Number):
    """A computed figure, answered as `figure` says; null where it is not defined.

    Args:
        within: where what has the figure stands in what is dumped, dotted.
    """

    def __init__(self, figure: Figure, description: str, example: str, within: str = "") -> None:
        text = f"{description}, in percent." if figure.scale == 100 else description
        super().__init__(
            attribute=f"{within}.{figure.source}".lstrip("."),
            dump_only=True,
            allow_none=True,
            metadata=described(text, example),
        )
        self.figure = figure

    def _serialize(self, value: Any, *args: Any, **_: Any) -> str | None:
        if not self.figure.is_money:
            return self.figure.text(value)
        currency: str = args[1].currency  # of the object, after the field's name
        return self.figure.text(value, currency)


class MarketDay(fields.Date):
    """A day of the arithmetic; null where there is none."""

    def __init__(self, source: str, description: str, example: str) -> None:
        metadata = described(description, example)
        super().__init__(attribute=source, dump_only=True, allow_none=True, metadata=metadata)

    def _serialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        return None if value is None else str(value)


class Part(fields.Nested):
    """An object in the answer, whose fields come from all of what is dumped."""

    def get_value(self, obj: Any, *_: Any, **__: Any) -> Any:
        """Return the whole."""
        return obj


class Rows(fields.List[Any]):
    """A list of objects that is printed column by column: one by one takes ten times as long.

    Args:
        row: the schema of one, for the documentation.
        columns: what is dumped → name → the strings of that column.
    """

    def __init__(
        self, row: type[Schema], columns: Callable[[Any], Mapping[str, list[Any]]], **kwargs: Any
    ) -> None:
        super().__init__(fields.Nested(row), dump_only=True, **kwargs)
        self.columns = columns

    def get_value(self, obj: Any, *_: Any, **__: Any) -> Any:
        """Return the whole, of which the columns are made."""
        return obj

    def _serialize(self, value: Any, *_: Any, **__: Any) -> list[Any]:
        columns = self.columns(value)
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def figure(source: str, description: str, example: str) -> FigureField:
    """Return the field of a ratio: two decimals."""
    return FigureField(Figure(source), description, example)


def percent(source: str, description: str, example: str, places: int = 2) -> FigureField:
    """Return the field of a fraction that is answered in percent."""
    return FigureField(figures.percent(source, places), description, example)


def fraction(source: str, description: str, example: str) -> FigureField:
    """Return the field of a weight, a share or a correlation: four decimals."""
    return FigureField(figures.fraction(source), description, example)


def amount(source: str, description: str, example: str) -> FigureField:
    """Return the field of money, in the minor unit of the currency of what is dumped."""
    return FigureField(figures.amount(source), description, example)


def count(source: str, description: str, example: int) -> fields.Integer:
    """Return the field of a number of things."""
    return fields.Integer(attribute=source, metadata=described(description, example))


def risk_free_rate() -> Number:
    """Return the field of the asked riskless rate."""
    return Number(at_least=2, metadata=described("The asked rate a year, a fraction.", "0.02"))


def volatility(within: str) -> FigureField:
    """Return the field of the volatility; `within` is where the metrics stand."""
    text = (
        "Sample deviation of the returns between observation days × √252 (√365 where all is crypto)"
    )
    return FigureField(METRICS["volatility"], text, "15.25", within)


def max_drawdown(within: str) -> FigureField:
    """Return the field of the deepest fall."""
    text = "The deepest fall from a peak, 0 or less"
    return FigureField(METRICS["max_drawdown"], text, "-8.45", within)


def beta(within: str) -> FigureField:
    """Return the field of the beta."""
    text = "Covariance with the benchmark over its variance, excess returns of common days."
    return FigureField(METRICS["beta"], text, "1.15", within)


def r_squared(within: str) -> FigureField:
    """Return the field of R²."""
    text = "Squared correlation with the benchmark."
    return FigureField(METRICS["r_squared"], text, "0.91", within)


def tracking_error(within: str) -> FigureField:
    """Return the field of the tracking error."""
    text = "Sample deviation of the differences to the benchmark's returns × √252"
    return FigureField(METRICS["tracking_error"], text, "4.80", within)


def information_ratio(within: str) -> FigureField:
    """Return the field of the information ratio."""
    text = "Mean difference to the benchmark × 252 over the tracking error."
    return FigureField(METRICS["information_ratio"], text, "0.55", within)


class BenchmarkSchema(StrictSchema):
    """What was measured against."""

    requested = fields.String(metadata=described("The symbol asked for.", "SPY"))
    symbol = fields.String(metadata=described("The symbol that stands for it.", "SP500"))


def benchmark(when_null: str = "none was asked for") -> fields.Nested:
    """Return the field of what was measured against."""
    example = {"requested": "SPY", "symbol": "SP500"}
    metadata = described(f"What was measured against; null where {when_null}.", example)
    return fields.Nested(BenchmarkSchema, allow_none=True, metadata=metadata)


def portfolio() -> fields.Integer:
    """Return the field of the portfolio's id."""
    return fields.Integer(metadata=described("Id of the portfolio.", 1))


def currency() -> fields.String:
    """Return the field of the answer's currency."""
    return fields.String(metadata=described("Currency of money.", "USD"))
