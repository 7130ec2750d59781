"""Fields that only assets have."""

from fractions import Fraction
from typing import Any

from marshmallow import ValidationError, fields, validate

from services.assets.domain.identifiers import (
    DATA_SYMBOL_LENGTH,
    SYMBOL_LENGTH,
    is_data_symbol,
    is_isin,
    is_symbol,
)
from shared.finance.asset_types import ASSET_TYPES
from shared.finance.splits import parse_ratio
from shared.http.context import service_app
from shared.http.schemas import MAX_ID, Number, Price, Text


class Symbol(Text):
    """A symbol, taken in any case and kept in capitals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=SYMBOL_LENGTH, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        symbol = super()._deserialize(value, *args, **kwargs).upper()
        if not is_symbol(symbol):
            raise ValidationError("Use letters, digits, single blanks and . ^ = _ / : & + # -.")
        return symbol


class DataSource(Text):
    """The name of a price source that the operator has switched on."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, *args, **kwargs)
        if name not in service_app.extensions["data_sources"].sources:
            raise ValidationError("No such source is switched on: see /api/data-sources/.")
        return name


class DataSymbol(Text):
    """What a data source calls something, as it writes it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=DATA_SYMBOL_LENGTH, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        symbol = super()._deserialize(value, *args, **kwargs)
        if not is_data_symbol(symbol):
            raise ValidationError("Use letters, digits, single blanks and . ^ = _ / : & + # $ -.")
        return symbol


class Isin(Text):
    """An ISIN with the right check digit, kept in capitals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=20, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        isin = super()._deserialize(value, *args, **kwargs).upper()
        if not is_isin(isin):
            raise ValidationError("Not an ISIN: its form or its check digit is wrong.")
        return isin


class Volume(fields.Integer):
    """A number of pieces traded; a JSON integer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(min=0, max=MAX_ID), **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool):
            raise ValidationError("Not a valid integer.")
        return super()._deserialize(value, *args, **kwargs)


class AssetType(Text):
    """What kind of thing an asset is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            validate=validate.OneOf(ASSET_TYPES),
            metadata={"description": "What kind of thing it is.", "example": "STOCK"},
            **kwargs,
        )


class Ratio(fields.Field[Fraction]):
    """A split's ratio, new for old: a text in, an exact fraction inside."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"type": "string", **kwargs.pop("metadata")}, **kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Fraction:
        if not isinstance(value, str):
            raise ValidationError("Not a valid string.")
        try:
            return parse_ratio(value)
        except ValueError as error:
            raise ValidationError(str(error)) from error


def answered_price(what: str, example: str) -> Number:
    """Return the field of a price that is only answered."""
    return Price(
        dump_only=True, allow_none=True, metadata={"description": what, "example": example}
    )
