"""Many assets or prices at once."""

from typing import Any, Final

from marshmallow import fields, validate

from services.assets.commands import MOST_PRICES
from services.assets.domain.quotes import Bar
from services.assets.schemas.assets import AssetSchema
from services.assets.schemas.fields import Volume, answered_price
from shared.http.bulk import Rows
from shared.http.files import FormQuery, FormSchema
from shared.http.schemas import (
    Day,
    Flag,
    Price,
    QuotedCurrency,
    RecordSchema,
    StrictSchema,
    answered,
)
from shared.http.warnings import Warnings

MOST_ASSETS: Final = 10_000


class BulkAssetsSchema(StrictSchema):
    """Assets to make."""

    assets = Rows(
        fields.Nested(AssetSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_ASSETS),
        metadata={"description": "1 to 10,000 assets."},
    )
    atomic = Flag(
        load_default=True,
        metadata={"description": "All or none; `false` makes those that are sound (207)."},
    )


class DayPriceSchema(RecordSchema):
    """The price of one day."""

    record = Bar

    date = Day(required=True, metadata={"description": "Day.", "example": "2024-01-19"})
    close = Price(
        required=True, positive=True, metadata={"description": "Last price.", "example": "175.50"}
    )
    open = Price(positive=True, allow_none=True, metadata={"description": "First price."})
    high = Price(positive=True, allow_none=True, metadata={"description": "Highest price."})
    low = Price(positive=True, allow_none=True, metadata={"description": "Lowest price."})
    volume = Volume(allow_none=True, metadata={"description": "Pieces traded."})


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


class PricesQuery(FormQuery):
    """How the numbers are meant, and how a file of them is written."""

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
    dry_run = Flag(
        load_default=False,
        metadata={
            "description": "Only say what would be recorded or refused; shows the columns and rows"
            " of a file as they were read."
        },
    )


class TitleSchema(StrictSchema):
    """What a title of the header was read as."""

    title = fields.String(
        attribute="text", metadata={"description": "As it is written.", "example": "Adj Close"}
    )
    column = answered(fields.String, "Our name of the column; null is left out.", "close")


class PriceRowSchema(StrictSchema):
    """A row of a file as it was read."""

    line = fields.Integer(metadata={"description": "Where it begins, from 1.", "example": 2})
    date = Day(metadata={"description": "Day.", "example": "2024-01-19"})
    open = answered_price("First price.", "173.20")
    high = answered_price("Highest price.", "176.25")
    low = answered_price("Lowest price.", "174.80")
    close = answered_price("Last price.", "175.50")
    volume = answered(fields.Integer, "Pieces traded.", 1000)


def _of_dry_run(schema: type[StrictSchema], what: str) -> fields.List[Any]:
    metadata = {"description": f"Of a dry run of a file: {what}", "optional": True}
    return fields.List(fields.Nested(schema), metadata=metadata)


class ImportedSchema(StrictSchema):
    """What was recorded."""

    import_id = answered(
        fields.Integer, "By which it can be taken back; null where no price is another one.", 1
    )
    asset = fields.Integer(metadata={"description": "Id of the asset.", "example": 1})
    count = fields.Integer(metadata={"description": "Prices recorded.", "example": 2})
    first_date = Day(metadata={"description": "The first day.", "example": "2024-01-18"})
    last_date = Day(metadata={"description": "The last day.", "example": "2024-01-19"})
    form = fields.Nested(
        FormSchema,
        metadata={"description": "Of a dry run of a file: how it was read.", "optional": True},
    )
    title_lines = fields.List(
        fields.String,
        metadata={
            "description": "Of a dry run of a file: lines before the header.",
            "optional": True,
        },
    )
    columns = _of_dry_run(TitleSchema, "what each title was read as.")
    rows = _of_dry_run(PriceRowSchema, "the first 1,000 rows as they were read.")
    warnings = Warnings("Only where there is something to know.")
