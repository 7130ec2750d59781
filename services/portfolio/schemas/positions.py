"""Positions as they come in and go out."""

from typing import Any

from marshmallow import fields, post_load

from services.portfolio.commands import Opening
from services.portfolio.queries import positions
from services.portfolio.schemas.fields import Rate, money, not_after_today
from shared.http.schemas import (
    Day,
    Flag,
    Id,
    Ordering,
    PageQuery,
    Percentage,
    Price,
    Quantity,
    ResourceSchema,
    StrictSchema,
    Text,
    answered,
)
from shared.http.warnings import Warnings


class PositionAssetSchema(StrictSchema):
    """The asset of a position."""

    id = Id(metadata={"description": "Id of the asset.", "example": 1})
    symbol = fields.String(metadata={"description": "Symbol.", "example": "AAPL"})
    name = fields.String(metadata={"description": "Name.", "example": "Apple Inc."})
    asset_type = fields.String(metadata={"description": "Type.", "example": "STOCK"})
    current_price = answered(Price, "Its last price.", "175.50")
    price_date = answered(Day, "The day of that price.", "2024-01-19")
    price_change = answered(Price, "Against the price of the day before.", "2.50")
    price_change_percentage = Percentage(
        places=2,
        allow_none=True,
        metadata={"description": "The same in percent.", "example": "1.45"},
    )


class PositionBaseSchema(StrictSchema):
    """A position in the currency of its portfolio."""

    total_cost_basis = money("Its cost, at the rates of the days of purchase.", "15000.00")
    current_value = money("Its value, at the last rate.", "17550.00")
    unrealized_gain_loss = money("The difference.", "2550.00")
    exchange_rate = answered(
        Rate, "Units of the portfolio's currency for one of the asset's.", "1.00"
    )


class PositionSchema(ResourceSchema):
    """What a portfolio holds of one asset; money is in the asset's currency."""

    patched = "quantity"

    id = Id(dump_only=True, metadata={"description": "Id of the position.", "example": 1})
    portfolio = answered(fields.Integer, "Id of the portfolio.", 1)
    portfolio_name = answered(fields.String, "Its name.", "Growth Portfolio")
    asset = fields.Nested(PositionAssetSchema, dump_only=True)
    currency = answered(fields.String, "Currency of the asset, and of the money here.", "USD")
    quantity = Quantity(
        required=True,
        not_negative=True,
        metadata={"description": "Units held.", "example": "100.00000000"},
    )
    average_cost = Quantity(
        required=True,
        allow_none=True,
        not_negative=True,
        metadata={
            "description": "Cost of one unit; null when nothing is held.",
            "example": "150.00000000",
        },
    )
    first_purchase_date = answered(Day, "Since when it is held.", "2024-01-15")
    total_cost_basis = money("What that which is held has cost.", "15000.00")
    current_value = money("Units × last price.", "17550.00")
    unrealized_gain_loss = money("current_value − total_cost_basis.", "2550.00")
    unrealized_return_percentage = Percentage(
        allow_none=True,
        metadata={"description": "The same in percent of the cost.", "example": "17.0000"},
    )
    realized_gain_loss = money("What was gained by what was sold.", "0.00")
    income = money("Dividends and interest, after their own fees and taxes.", "0.00")
    base = fields.Nested(PositionBaseSchema, dump_only=True)
    warnings = Warnings()


class NewPositionSchema(StrictSchema):
    """A position to open: written as a TRANSFER_IN."""

    portfolio = Id(required=True, metadata={"description": "Id of the portfolio.", "example": 1})
    asset = Id(required=True, metadata={"description": "Id of the asset.", "example": 5})
    quantity = Quantity(
        required=True,
        positive=True,
        metadata={"description": "Units held.", "example": "100.0"},
    )
    average_cost = Quantity(
        required=True,
        not_negative=True,
        metadata={
            "description": "Cost of one unit, in the asset's currency.",
            "example": "150.0",
        },
    )
    first_purchase_date = Day(
        validate=not_after_today,
        metadata={"description": "Since when; today by default.", "example": "2024-01-15"},
    )

    @post_load
    def _opening(self, data: dict[str, Any], **_: Any) -> Opening:
        return Opening(**data)


class PositionQuery(PageQuery):
    """Filters of the list of positions."""

    portfolio_id = Id(metadata={"description": "Of this portfolio."})
    asset_id = Id(metadata={"description": "In this asset."})
    asset_type = Text(metadata={"description": "In assets of this type."})
    include_closed = Flag(
        load_default=False, metadata={"description": "Those of which nothing is held too."}
    )
    ordering = Ordering(*positions.ORDERINGS, load_default=("id", False))
