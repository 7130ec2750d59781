"""What subscribers are told: the `data` of each event."""

from collections.abc import Mapping
from typing import Final

from marshmallow import fields, validate

from services.webhooks.domain import names
from shared.http.schemas import Day, Id, Number, StrictSchema, answered
from shared.http.told import Told


class PriceToldSchema(StrictSchema):
    """The newest price of an asset."""

    asset = Id(metadata={"description": "Id of the asset.", "example": 1})
    symbol = fields.String(metadata={"description": "Its symbol.", "example": "AAPL"})
    price = Number(metadata={"description": "Its price.", "example": "175.50"})
    previous_price = answered(Number, "The price that was told before.", "173.00")
    currency = fields.String(metadata={"description": "Currency of both.", "example": "USD"})
    date = Day(metadata={"description": "The day of the price.", "example": "2024-01-19"})


class ValueToldSchema(StrictSchema):
    """What a portfolio is worth."""

    portfolio = Id(metadata={"description": "Id of the portfolio.", "example": 1})
    total_value = Number(metadata={"description": "Its value.", "example": "125550.00"})
    previous_value = answered(Number, "The value that was told before.", "125000.00")
    change_percentage = answered(Number, "From that to this, in percent.", "0.4400")
    currency = fields.String(metadata={"description": "Its currency.", "example": "USD"})


class FiringToldSchema(StrictSchema):
    """A rule that fired."""

    alert = Id(metadata={"description": "Id of the rule.", "example": 1})
    kind = fields.String(
        validate=validate.OneOf(names.KINDS),
        metadata={"description": "What it watches.", "example": names.PRICE_ABOVE},
    )
    value = Number(metadata={"description": "What was met.", "example": "201.37"})
    threshold = Number(metadata={"description": "Its threshold.", "example": "200.00"})
    asset = answered(fields.Integer, "The asset of a rule on a price.", 1)
    portfolio = answered(fields.Integer, "The portfolio of any other rule.", None)
    metric = answered(fields.String, "The figure of a rule on one.", None)


class ProbeToldSchema(StrictSchema):
    """A test that you asked for."""

    webhook = Id(metadata={"description": "Id of the webhook.", "example": 1})
    description = fields.String(
        metadata={"description": "What it is for.", "example": "Ledger of the family"}
    )


# A transaction and a snapshot are told as their own GET answers them.
TOLD: Final[Mapping[str, Told]] = {
    "transaction.created": Told("A transaction was recorded.", "Transaction"),
    "transaction.updated": Told("A transaction was changed.", "Transaction"),
    "transaction.deleted": Told("A transaction was deleted.", "Transaction"),
    names.PRICE_UPDATED: Told(
        "An asset that you hold, or have a rule on, has a new price.", PriceToldSchema
    ),
    names.PRICE_ALERT: Told("A rule on a price or a value fired.", FiringToldSchema),
    names.VALUE_CHANGED: Told(
        "A portfolio is worth something else; told once a minute at most.", ValueToldSchema
    ),
    names.RISK_BREACHED: Told("A rule on a risk figure fired.", FiringToldSchema),
    names.SNAPSHOT_CREATED: Told("A day of a portfolio was recorded.", "Snapshot"),
    names.TEST: Told("You asked for a test.", ProbeToldSchema),
}
