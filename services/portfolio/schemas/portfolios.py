"""Portfolios as they come in and go out."""

from typing import Any

from marshmallow import fields, post_load, validate

from services.portfolio.models import METHODS
from services.portfolio.queries import portfolios
from services.portfolio.schemas.fields import LONGEST_TEXT, money
from shared.http.schemas import (
    Currency,
    Flag,
    Id,
    Ordering,
    PageQuery,
    Percentage,
    ResourceSchema,
    Text,
    Time,
    answered,
)
from shared.http.warnings import Warnings


class PortfolioSchema(ResourceSchema):
    """A portfolio and what it is worth, in its own currency."""

    patched = "name"

    id = Id(dump_only=True, metadata={"description": "Id of the portfolio.", "example": 1})
    name = Text(required=True, metadata={"description": "Its name.", "example": "Growth Portfolio"})
    description = Text(
        longest=LONGEST_TEXT,
        blank=True,
        load_default="",
        metadata={
            "description": "In your words.",
            "example": "Long-term growth focused investments",
        },
    )
    currency = Currency(
        load_default=None,
        allow_none=False,
        metadata={
            "description": "ISO 4217 currency of its totals; yours by default. Another one looks"
            " the exchange rate of every transaction up again; a PUT without one keeps it.",
            "example": "USD",
        },
    )
    cost_basis_method = Text(
        load_default=None,
        allow_none=False,
        validate=validate.OneOf(METHODS),
        metadata={
            "description": "What a sale takes first; AVERAGE by default. Another one counts the"
            " whole ledger again; a PUT without one keeps it.",
            "example": "AVERAGE",
        },
    )
    is_active = Flag(
        load_default=True, metadata={"description": "Whether it is in use.", "example": True}
    )
    created = answered(Time, "When it was made.", "2024-01-15T10:30:00Z")
    modified = answered(Time, "When its own fields were last changed.", "2024-01-20T15:45:00Z")
    total_value = money("What is held, at its last price, and cash.", "125000.00")
    total_cost_basis = money("What that which is held has cost.", "100000.00")
    total_return = money("Value of what is held − total_cost_basis.", "25000.00")
    total_return_percentage = Percentage(
        allow_none=True,
        metadata={"description": "The same in percent of the cost.", "example": "25.0000"},
    )
    position_count = fields.Integer(
        dump_only=True, metadata={"description": "Positions that are not closed.", "example": 8}
    )
    cash_balance = money("Cash, from the first DEPOSIT or WITHDRAWAL on.", "1250.00")
    realized_gain_loss = money("What was gained by what was sold.", "3100.00")
    income = money("Dividends and interest, after their own fees and taxes.", "420.50")
    total_profit = money(
        "total_return + realized_gain_loss + income − fees and taxes of their own.", "28490.50"
    )
    warnings = Warnings()

    @post_load
    def _without_nulls(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {name: value for name, value in data.items() if value is not None}


class PortfolioQuery(PageQuery):
    """Filters of the list of portfolios."""

    is_active = Flag(metadata={"description": "Only those in use, or not in use."})
    ordering = Ordering(*portfolios.ORDERINGS, load_default=("id", False))
