"""What comes into assets and goes out."""

from typing import Any, Final

from marshmallow import ValidationError, fields, validate, validates_schema

from services.assets.domain.identifiers import SYMBOL_LENGTH, is_isin, is_symbol
from services.assets.models import ASSET_TYPES
from services.assets.queries.assets import ORDERINGS
from services.assets.queries.prices import INTERVALS
from shared.http.schemas import (
    MAX_ID,
    Day,
    Id,
    Money,
    Ordering,
    PageQuery,
    Percentage,
    Price,
    ResourceSchema,
    StrictSchema,
    Text,
    Time,
    WarningSchema,
)
from shared.money import MINOR_CURRENCIES, is_currency

_NOT_MORE_THAN: Final = 100  # characters of a search


class Symbol(Text):
    """A symbol, taken in any case and kept in capitals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=SYMBOL_LENGTH, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        symbol = super()._deserialize(value, *args, **kwargs).upper()
        if not is_symbol(symbol):
            raise ValidationError("Use letters, digits, single blanks and . ^ = _ / : & + # -.")
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


class QuotedCurrency(Text):
    """A currency of prices: ISO 4217, or one of the minor units that exchanges quote in."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=3, validate=_currency_or_minor_unit, **kwargs)


class Volume(fields.Integer):
    """A number of pieces traded; a JSON integer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(min=0, max=MAX_ID), **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool):
            raise ValidationError("Not a valid integer.")
        return super()._deserialize(value, *args, **kwargs)


def _currency_or_minor_unit(code: str) -> None:
    if not is_currency(code) and code not in MINOR_CURRENCIES:
        raise ValidationError("Not an ISO 4217 currency code.")


def _classification(what: str, example: str, longest: int = 100) -> Text:
    return Text(
        longest=longest,
        allow_none=True,
        load_default=None,
        metadata={"description": what, "example": example},
    )


def _asset_type(**kwargs: Any) -> Text:
    metadata = {"description": "What kind of thing it is.", "example": "STOCK"}
    return Text(validate=validate.OneOf(ASSET_TYPES), metadata=metadata, **kwargs)


def _answered_price(what: str, example: str) -> Price:  # type: ignore[valid-type]  # a function
    return Price(
        dump_only=True, allow_none=True, metadata={"description": what, "example": example}
    )


class AssetSchema(ResourceSchema):
    """Something that has a price."""

    id = Id(dump_only=True, metadata={"description": "Id of the asset.", "example": 1})
    symbol = Symbol(
        required=True,
        metadata={
            "description": "Symbol with the exchange's suffix, in capitals; unique among the"
            " public assets in use and among your own.",
            "example": "AAPL",
        },
    )
    name = Text(required=True, metadata={"description": "Name.", "example": "Apple Inc."})
    asset_type = _asset_type(required=True)
    currency = QuotedCurrency(
        required=True,
        metadata={
            "description": "ISO 4217 currency of its prices. A minor unit (GBX, GBp, ZAc, ILA) is"
            " kept as its major one, with the warning `minor_unit_converted`. It cannot change"
            " once there are prices.",
            "example": "USD",
        },
    )
    exchange = _classification("Exchange.", "NASDAQ", longest=50)
    current_price = _answered_price("The newest price.", "175.50")
    previous_close = _answered_price("The price of the last day before that.", "173.00")
    price_change = _answered_price("current_price − previous_close.", "2.50")
    price_change_percentage = Percentage(
        places=2,
        allow_none=True,
        metadata={"description": "The same in percent of previous_close.", "example": "1.45"},
    )
    day_high = _answered_price("Highest price of the newest day, if known.", "176.25")
    day_low = _answered_price("Lowest price of the newest day, if known.", "174.80")
    volume = fields.Integer(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Volume of the newest day, if known.", "example": 52847392},
    )
    market_cap = Money(
        not_negative=True,
        allow_none=True,
        load_default=None,
        metadata={"description": "Market capitalisation.", "example": "2750000000000.00"},
    )
    sector = _classification("Sector.", "Technology")
    industry = _classification("Industry.", "Consumer Electronics")
    last_price_update = Time(
        dump_only=True,
        allow_none=True,
        metadata={
            "description": "When the current price was quoted; for an end-of-day price midnight"
            " of its day, UTC.",
            "example": "2024-01-20T20:00:00Z",
        },
    )
    isin = Isin(
        allow_none=True,
        load_default=None,
        metadata={"description": "ISIN.", "example": "US0378331005"},
    )
    country = _classification("Country, ISO 3166 code by convention.", "US")
    is_active = fields.Boolean(
        load_default=True, metadata={"description": "False once it is retired.", "example": True}
    )
    visibility = fields.String(
        dump_only=True,
        validate=validate.OneOf(["PUBLIC", "PRIVATE"]),
        metadata={"description": "PUBLIC, or PRIVATE to you.", "example": "PUBLIC"},
    )
    warnings = fields.List(
        fields.Nested(WarningSchema),
        dump_only=True,
        metadata={"description": "Only where there is something to know."},
    )


class SearchResultsSchema(StrictSchema):
    """What a search found, the likeliest first."""

    count = fields.Integer(metadata={"description": "Assets in `results`.", "example": 1})
    results = fields.List(fields.Nested(AssetSchema))


class NewPriceSchema(StrictSchema):
    """A quote."""

    price = Price(
        required=True,
        positive=True,
        metadata={"description": "The price.", "example": "175.50"},
    )
    date = Day(metadata={"description": "Its day; that of `timestamp`, in UTC, by default."})
    open = Price(positive=True, metadata={"description": "First price of the day."})
    high = Price(positive=True, metadata={"description": "Highest price of the day so far."})
    low = Price(positive=True, metadata={"description": "Lowest price of the day so far."})
    volume = Volume(metadata={"description": "Pieces traded on the day so far."})
    timestamp = Time(metadata={"description": "When it was quoted; now by default."})
    currency = QuotedCurrency(
        metadata={
            "description": "Currency of the numbers: the asset's own (default) or its minor unit"
            " (GBX for GBP), which is divided by 100.",
            "example": "USD",
        }
    )


class PriceSchema(StrictSchema):
    """The price of one asset on one day, as traded."""

    id = fields.Integer(metadata={"description": "Id of the record.", "example": 4711})
    asset = fields.Integer(metadata={"description": "Id of the asset.", "example": 1})
    symbol = fields.String(metadata={"description": "Its symbol.", "example": "AAPL"})
    date = Day(metadata={"description": "Day; the last one of a week or month."})
    open = _answered_price("First price, if known.", "173.20")
    high = _answered_price("Highest price, if known.", "176.25")
    low = _answered_price("Lowest price, if known.", "174.80")
    close = _answered_price("Last price, as traded.", "175.50")
    adjusted_close = _answered_price("`close`, adjusted for later splits.", "175.50")
    volume = fields.Integer(
        allow_none=True, metadata={"description": "Volume, if known.", "example": 52847392}
    )
    source = fields.String(metadata={"description": "Where it comes from.", "example": "manual"})


class AssetQuery(PageQuery):
    """Filters of the list of assets."""

    asset_type = _asset_type()
    symbol = Symbol(metadata={"description": "Exact symbol."})
    isin = Isin(metadata={"description": "Exact ISIN."})
    exchange = Text(metadata={"description": "Exact exchange."})
    sector = Text(metadata={"description": "Exact sector."})
    industry = Text(metadata={"description": "Exact industry."})
    currency = Text(metadata={"description": "ISO 4217 currency of its prices."})
    country = Text(metadata={"description": "Exact country."})
    is_active = fields.Boolean(
        load_default=True, metadata={"description": "`false` for the retired ones."}
    )
    ordering = Ordering(*ORDERINGS, load_default=("symbol", False))


class SearchQuery(StrictSchema):
    """What is searched for."""

    q = Text(
        required=True,
        longest=_NOT_MORE_THAN,
        metadata={"description": "Symbol, ISIN or words of the name.", "example": "apple"},
    )
    asset_type = _asset_type()
    exchange = Text(metadata={"description": "Exact exchange."})
    limit = fields.Integer(
        load_default=20,
        validate=validate.Range(min=1, max=100),
        metadata={"description": "Assets at most."},
    )


class _Days(PageQuery):
    start_date = Day(metadata={"description": "First day, inclusive."})
    end_date = Day(metadata={"description": "Last day, inclusive."})
    ordering = Ordering("date", load_default=("date", True))

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if "start_date" in data and data["start_date"] > data.get("end_date", data["start_date"]):
            raise ValidationError("It is after end_date.", "start_date")


class PriceQuery(_Days):
    """Filters of the list of prices."""

    asset_id = Id(metadata={"description": "Of this asset."})
    symbol = Symbol(metadata={"description": "Of the assets with this symbol."})


class HistoryQuery(_Days):
    """Which part of a history, and how fine."""

    interval = Text(
        load_default="daily",
        validate=validate.OneOf(list(INTERVALS)),
        metadata={"description": "A record a day, week (Monday to Sunday) or month."},
    )
