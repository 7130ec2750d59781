"""Fields of what is answered: computed floats become exact, rounded strings once, here."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np
from marshmallow import Schema, fields

from services.analytics.domain.series import Floats, decimal, is_figure
from shared.finance.money import minor_unit, plain, round_money
from shared.http.schemas import Number, StrictSchema, WarningSchema


def described(text: str, example: Any) -> dict[str, Any]:
    """Return the metadata of a field."""
    return {"description": text, "example": example}


class Figure(Number):
    """A computed figure, answered with two decimals; null where it is not defined.

    Args:
        source: where it stands in what is dumped, dotted.
        scale: what it is multiplied by.
    """

    def __init__(
        self, source: str, description: str, example: str, *, scale: int = 1, places: int = 2
    ) -> None:
        super().__init__(
            places=places,
            attribute=source,
            dump_only=True,
            allow_none=True,
            metadata=described(description, example),
        )
        self.scale = scale

    def _serialize(self, value: Any, *args: Any, **kwargs: Any) -> str | None:
        known = value is not None and is_figure(value)
        return super()._serialize(_exact(value) * self.scale if known else None, *args, **kwargs)


class Amount(Figure):
    """A figure that is money, in the minor unit of the currency of what is dumped."""

    def _serialize(self, value: Any, *args: Any, **_: Any) -> str | None:
        currency: str = args[1].currency  # of the object, after the field's name
        return printed_money(value, currency)


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


def percent(source: str, description: str, example: str, places: int = 2) -> Figure:
    """Return the field of a fraction that is answered in percent."""
    return Figure(source, f"{description}, in percent.", example, scale=100, places=places)


def fraction(source: str, description: str, example: str) -> Figure:
    """Return the field of a weight, a share or a correlation: four decimals."""
    return Figure(source, description, example, places=4)


def count(source: str, description: str, example: int) -> fields.Integer:
    """Return the field of a number of things."""
    return fields.Integer(attribute=source, metadata=described(description, example))


def risk_free_rate() -> Number:
    """Return the field of the asked riskless rate."""
    return Number(at_least=2, metadata=described("The asked rate a year, a fraction.", "0.02"))


def beta(group: str) -> Figure:
    """Return the field of the beta; `group` is where the relative figures stand."""
    text = "Covariance with the benchmark over its variance, excess returns of common days."
    return Figure(f"{group}.beta", text, "1.15")


def r_squared(group: str) -> Figure:
    """Return the field of R²."""
    return Figure(f"{group}.r_squared", "Squared correlation with the benchmark.", "0.91")


def tracking_error(group: str) -> Figure:
    """Return the field of the tracking error."""
    text = "Sample deviation of the differences to the benchmark's daily returns × √252"
    return percent(f"{group}.tracking_error", text, "4.80")


def information_ratio(group: str) -> Figure:
    """Return the field of the information ratio."""
    text = "Mean difference to the benchmark × 252 over the tracking error."
    return Figure(f"{group}.information_ratio", text, "0.55")


def warnings() -> fields.List[Any]:
    """Return the field of what an answer remarks on itself."""
    return fields.List(
        fields.Nested(WarningSchema),
        metadata={"description": "Why a figure is null, or what to know about it."},
    )


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


def printed(values: Floats, places: int = 4) -> list[str | None]:
    """Return `values` as strings with `places` decimals, half up; None where one is no figure.

    A running sum is off in its last bits, and averages of prices fall on halves, so the noise is
    rounded away first: it must not say which way a half goes.
    """
    known = is_figure(values)
    units = np.floor(np.round(np.abs(np.where(known, values, 0.0)) * 10**places, 5) + 0.5)
    signs = np.where((values < 0.0) & (units > 0.0), "-", "")
    rows = zip(signs.tolist(), units.tolist(), known.tolist(), strict=True)
    return [_text(sign, int(count), places) if is_known else None for sign, count, is_known in rows]


def money(value: float | Decimal | None, currency: str) -> Decimal | None:
    """Return `value` in the minor unit of `currency`, half up, a float's noise rounded away first.

    Ten shares at 108.9005 are 1089.005 and print as 1089.01, though their product is less. None
    where it is no figure.
    """
    if value is None or not is_figure(float(value)):
        return None
    exact = value if isinstance(value, Decimal) else decimal(round(value, minor_unit(currency) + 5))
    return round_money(exact, currency)


def printed_money(value: float | Decimal | None, currency: str) -> str | None:
    """Return `money` in plain notation."""
    amount = money(value, currency)
    return None if amount is None else plain(amount)


def _text(sign: str, units: int, places: int) -> str:
    if not places:
        return f"{sign}{units}"
    digits = f"{units:0{places + 1}d}"
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def _exact(value: float | Decimal) -> Decimal:
    """Return the shortest decimal that is this float: 1.005, not 1.00499999999999989…"""
    return value if isinstance(value, Decimal) else decimal(value)
