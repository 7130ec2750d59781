"""What a portfolio is made of."""

from marshmallow import fields

from services.analytics.schemas import figures
from services.analytics.schemas.figures import MarketDay, described
from services.analytics.schemas.risk import ConcentrationSchema
from shared.http.schemas import Money, Percentage, StrictSchema
from shared.http.warnings import Warnings


class SliceSchema(StrictSchema):
    """One group of a portfolio."""

    key = fields.String(
        metadata=described(
            "The group; `CASH`, and `UNCLASSIFIED` where it is not known. Not unique: two assets"
            " may have one symbol, and assets of the type CASH are a row beside cash, which alone"
            " has no positions.",
            "STOCK",
        )
    )
    label = fields.String(metadata=described("The same for people.", "STOCK"))
    value = Money(metadata=described("Its worth.", "75000.00"))
    percentage = Percentage(
        allow_none=True, metadata=described("Its part; all sum to exactly 100.0000.", "60.0000")
    )
    position_count = fields.Integer(metadata=described("Positions in it.", 4))


class GroupingsSchema(StrictSchema):
    """The same whole, divided five ways; largest groups first."""

    asset_type = fields.List(
        fields.Nested(SliceSchema), metadata={"description": "By the type of the asset."}
    )
    sector = fields.List(fields.Nested(SliceSchema), metadata={"description": "By its sector."})
    currency = fields.List(fields.Nested(SliceSchema), metadata={"description": "By its currency."})
    country = fields.List(fields.Nested(SliceSchema), metadata={"description": "By its country."})
    individual = fields.List(fields.Nested(SliceSchema), metadata={"description": "By itself."})


class DriftSchema(StrictSchema):
    """How far a group is from its target."""

    key = fields.String(metadata=described("The asset type; `CASH` is cash too.", "STOCK"))
    target = Percentage(metadata=described("Percentage that it should be.", "60.0000"))
    actual = Percentage(metadata=described("Percentage that it is.", "62.5000"))
    drift = Percentage(metadata=described("Actual − target, in percentage points.", "2.5000"))
    target_value = Money(metadata=described("Worth at the target.", "75000.00"))
    trade = Money(
        metadata=described("What to buy, or (negative) to sell; all sum to 0.", "-3125.00")
    )


class AllocationSchema(StrictSchema):
    """What a portfolio is made of on one day; what has no price is left out and remarked."""

    portfolio = figures.portfolio()
    currency = figures.currency()
    as_of = MarketDay("as_of", "The last day of the window that the portfolio has.", "2024-12-31")
    total_value = Money(
        allow_none=True,
        metadata=described("Worth of all; null where something has no price.", "125000.00"),
    )
    allocations = fields.Nested(GroupingsSchema)
    concentration = fields.Nested(ConcentrationSchema)
    rebalancing = fields.List(
        fields.Nested(DriftSchema),
        allow_none=True,
        metadata={"description": "Drift and trades by asset type; null without `targets`."},
    )
    warnings = Warnings()
