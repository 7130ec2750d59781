"""Prices, splits and rates."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from services.assets.commands import Quote
from services.assets.domain.splits import Split
from services.assets.queries.prices import INTERVALS
from services.assets.schemas.fields import Ratio, Symbol, Volume, answered_price
from shared.http.schemas import (
    Currency,
    Day,
    Id,
    Number,
    Ordering,
    PageQuery,
    Price,
    QuotedCurrency,
    StrictSchema,
    Text,
    Time,
)


class NewPriceSchema(StrictSchema):
    """A quote."""

    price = Price(
        required=True,
        positive=True,
        metadata={"description": "The price.", "example": "175.50"},
    )
    day = Day(
        data_key="date",
        metadata={"description": "Its day; that of `timestamp`, in UTC, by default."},
    )
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

    @post_load
    def _quote(self, data: dict[str, Any], **_: Any) -> Quote:
        return Quote(**data)


class PriceSchema(StrictSchema):
    """The price of one asset on one day, as traded."""

    id = fields.Integer(metadata={"description": "Id of the record.", "example": 4711})
    asset = fields.Integer(metadata={"description": "Id of the asset.", "example": 1})
    symbol = fields.String(metadata={"description": "Its symbol.", "example": "AAPL"})
    date = Day(metadata={"description": "Day; the last one of a week or month."})
    open = answered_price("First price, if known.", "173.20")
    high = answered_price("Highest price, if known.", "176.25")
    low = answered_price("Lowest price, if known.", "174.80")
    close = answered_price("Last price, as traded.", "175.50")
    adjusted_close = answered_price("`close`, adjusted for later splits.", "175.50")
    volume = fields.Integer(
        allow_none=True, metadata={"description": "Volume, if known.", "example": 52847392}
    )
    source = fields.String(
        metadata={
            "description": "Where it comes from: `manual`, `import`, a data source's name, or"
            " `trade`, where it is merely the price of a trade.",
            "example": "manual",
        }
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


class SplitSchema(StrictSchema):
    """A split of an asset."""

    id = Id(dump_only=True, metadata={"description": "Id of the split.", "example": 1})
    date = Day(
        required=True,
        metadata={"description": "First day of trading in new pieces.", "example": "2020-08-31"},
    )
    ratio = Ratio(
        required=True, metadata={"description": "New pieces for old ones.", "example": "4:1"}
    )

    @post_load
    def _split(self, data: dict[str, Any], **_: Any) -> Split:
        return Split(**data)


class SplitQuery(PageQuery):
    """Which page of an asset's splits."""

    ordering = Ordering("date", load_default=("date", True))


class RateQuery(StrictSchema):
    """Which exchange rate."""

    source = Currency(
        required=True,
        data_key="from",
        metadata={"description": "Currency of what is converted.", "example": "EUR"},
    )
    target = Currency(
        required=True,
        data_key="to",
        metadata={"description": "Currency that it is converted to.", "example": "USD"},
    )
    day = Day(data_key="date", metadata={"description": "Day of the rate; today by default."})


class RateSchema(StrictSchema):
    """An exchange rate."""

    source = fields.String(
        data_key="from", metadata={"description": "Currency converted.", "example": "EUR"}
    )
    target = fields.String(
        data_key="to", metadata={"description": "Currency it becomes.", "example": "USD"}
    )
    date = Day(metadata={"description": "The day asked for.", "example": "2024-01-21"})
    rate = Number(
        places=12,
        at_least=2,
        metadata={"description": "Units of `to` for one of `from`.", "example": "1.0887"},
    )
    rate_date = Day(
        allow_none=True,
        metadata={
            "description": "Day of the close that it rests on, of a cross the older one; null for"
            " a currency and itself.",
            "example": "2024-01-19",
        },
    )
    via = fields.List(
        fields.String(),
        metadata={
            "description": "Symbols of the pairs that it rests on: one, direct or inverse, or two"
            " crossed in EUR or USD.",
            "example": ["EURUSD"],
        },
    )
