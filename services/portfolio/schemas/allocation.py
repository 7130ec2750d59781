"""What a portfolio is made of."""

from marshmallow import fields

from services.portfolio.schemas.fields import money
from shared.finance.allocation import Grouping
from shared.http.schemas import Day, Id, Percentage, StrictSchema
from shared.http.warnings import Warnings


class AllocationQuery(StrictSchema):
    """How holdings are put together."""

    group_by = fields.Enum(
        Grouping,
        by_value=True,
        load_default=Grouping.ASSET_TYPE,
        metadata={"description": "What holdings are put together by."},
    )


class SliceSchema(StrictSchema):
    """One group of holdings, or all cash."""

    key = fields.String(
        metadata={
            "description": "The group: `CASH` is cash, `UNCLASSIFIED` holds what has no data. Not"
            " unique: two assets may have one symbol, and assets of the type CASH are a row beside"
            " cash, which alone has no positions.",
            "example": "STOCK",
        }
    )
    label = fields.String(metadata={"description": "For people.", "example": "STOCK"})
    value = money(
        "Value of those of its holdings that have one; null where none has, see `warnings`.",
        "93750.00",
    )
    percentage = Percentage(
        allow_none=True,
        metadata={"description": "Of all that has a value; sums to 100.", "example": "75.0000"},
    )
    position_count = fields.Integer(metadata={"description": "Positions in it.", "example": 6})


class AllocationSchema(StrictSchema):
    """What a portfolio is made of, the largest group first."""

    portfolio = Id(metadata={"description": "Id of the portfolio.", "example": 1})
    group_by = fields.Enum(
        Grouping, by_value=True, metadata={"description": "What holdings are put together by."}
    )
    currency = fields.String(metadata={"description": "Of the values.", "example": "USD"})
    total_value = money(
        "The portfolio's value; null where a price or rate is missing.", "125000.00"
    )
    as_of = Day(metadata={"description": "Newest day of a price in it.", "example": "2024-01-19"})
    allocation = fields.List(
        fields.Nested(SliceSchema), metadata={"description": "The groups, the largest first."}
    )
    warnings = Warnings()
