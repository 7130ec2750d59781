"""Many assets or prices at once."""

from typing import Any, Final

from marshmallow import fields, post_load, validate

from services.assets.commands import MOST_PRICES
from services.assets.domain.quotes import Bar
from services.assets.schemas.assets import AssetSchema
from services.assets.schemas.csv import price_rows
from services.assets.schemas.fields import Volume
from shared.http.bulk import Rows
from shared.http.schemas import Day, Flag, Price, QuotedCurrency, StrictSchema
from shared.http.warnings import Warnings

_MOST_ASSETS: Final = 10_000


class BulkAssetsSchema(StrictSchema):
    """Assets to make."""

    assets = Rows(
        fields.Nested(AssetSchema),
        required=True,
        validate=validate.Length(min=1, max=_MOST_ASSETS),
        metadata={"description": "1 to 10,000 assets."},
    )
    atomic = Flag(
        load_default=True,
        metadata={"description": "All or none; `false` makes those that are sound (207)."},
    )


class DayPriceSchema(StrictSchema):
    """The price of one day."""

    date = Day(required=True, metadata={"description": "Day.", "example": "2024-01-19"})
    close = Price(
        required=True, positive=True, metadata={"description": "Last price.", "example": "175.50"}
    )
    open = Price(positive=True, allow_none=True, metadata={"description": "First price."})
    high = Price(positive=True, allow_none=True, metadata={"description": "Highest price."})
    low = Price(positive=True, allow_none=True, metadata={"description": "Lowest price."})
    volume = Volume(allow_none=True, metadata={"description": "Pieces traded."})

    @post_load
    def _bar(self, values: dict[str, Any], **_: Any) -> Bar:
        return Bar(**values)


def price_bars(body: bytes) -> list[Bar]:
    """Return the prices in a CSV file.

    Raises:
        ValueError: see `price_rows`.
        ValidationError: a row is no price of a day.
    """
    return [DayPriceSchema().load(row) for row in price_rows(body)]


class PricesSchema(StrictSchema):
    """Prices of one asset."""

    prices = Rows(
        fields.Nested(DayPriceSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_PRICES),
        metadata={"description": "1 to 50,000 prices, one a day; each replaces that of its day."},
    )
    atomic = Flag(
        load_default=True,
        metadata={"description": "All or none; `false` records those that are sound (207)."},
    )


class PricesQuery(StrictSchema):
    """How the numbers are meant."""

    basis = fields.String(
        load_default="as_traded",
        validate=validate.OneOf(["as_traded", "split_adjusted"]),
        metadata={
            "description": "`split_adjusted`: adjusted for the splits that the asset has; they are"
            " turned back."
        },
    )
    currency = QuotedCurrency(
        metadata={
            "description": "Currency of the numbers: the asset's own (default) or its minor unit"
            " (GBX for GBP), which is divided by 100.",
            "example": "USD",
        }
    )


class ImportedSchema(StrictSchema):
    """What was recorded."""

    asset = fields.Integer(metadata={"description": "Id of the asset.", "example": 1})
    count = fields.Integer(metadata={"description": "Prices recorded.", "example": 2})
    first_date = Day(metadata={"description": "The first day.", "example": "2024-01-18"})
    last_date = Day(metadata={"description": "The last day.", "example": "2024-01-19"})
    warnings = Warnings("Only where there is something to know.")
