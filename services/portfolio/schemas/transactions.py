"""Transactions as they come in and go out."""

from typing import Any, Final

from marshmallow import ValidationError, fields, validate, validates_schema

from services.portfolio.models import TYPES, TransactionFields
from services.portfolio.queries import transactions
from services.portfolio.schemas.fields import LONGEST_TEXT, Rate, Ratio, not_after_today
from shared.finance.money import ZERO
from shared.http.bulk import Rows
from shared.http.schemas import (
    Day,
    Flag,
    Id,
    Money,
    Ordering,
    PageQuery,
    Quantity,
    QuotedCurrency,
    RecordSchema,
    ResourceSchema,
    StrictSchema,
    Text,
    Time,
    answered,
)
from shared.http.warnings import Warnings

MOST_ROWS: Final = 10_000


def _charge(what: str) -> Money:
    return Money(
        not_negative=True,
        load_default=ZERO,
        metadata={"description": what, "example": "0.00"},
    )


class TransactionSchema(ResourceSchema, RecordSchema):
    """One entry of a ledger."""

    patched = "notes"
    record = TransactionFields

    id = Id(dump_only=True, metadata={"description": "Id of the transaction.", "example": 1})
    portfolio = Id(required=True, metadata={"description": "Id of the portfolio.", "example": 1})
    asset = Id(
        allow_none=True,
        load_default=None,
        metadata={"description": "Id of the asset, where there is one.", "example": 1},
    )
    symbol = answered(fields.String, "Symbol of the asset.", "AAPL")
    transaction_type = Text(
        required=True,
        validate=validate.OneOf(TYPES),
        metadata={"description": "What happened.", "example": "BUY"},
    )
    date = Day(
        required=True,
        validate=not_after_today,
        metadata={"description": "The day it happened.", "example": "2024-01-15"},
    )
    quantity = Quantity(
        allow_none=True,
        load_default=None,
        not_negative=True,
        metadata={"description": "Units of the asset.", "example": "10.00000000"},
    )
    price = Quantity(
        allow_none=True,
        load_default=None,
        not_negative=True,
        metadata={"description": "Price of one unit.", "example": "150.00000000"},
    )
    amount = Money(
        allow_none=True,
        load_default=None,
        metadata={
            "description": "The money that moved, signed from the portfolio's side: of a BUY or"
            " SELL after fees and taxes, of a DIVIDEND or INTEREST before them. Derived where it"
            " can be; given, it is the truth, and the price only describes.",
            "example": "-1500.00",
        },
    )
    fees = _charge("Fees that came with it.")
    taxes = _charge("Taxes that came with it.")
    currency = QuotedCurrency(
        load_default=None,
        metadata={
            "description": "Currency of its money; the asset's by default, else the portfolio's."
            " A minor unit (GBX, GBp, ZAc, ILA) is kept as its major one, with the warning"
            " `minor_unit_converted`.",
            "example": "USD",
        },
    )
    exchange_rate = Rate(
        allow_none=True,
        load_default=None,
        positive=True,
        metadata={
            "description": "Units of the portfolio's currency for one of `currency`; the last"
            " known on or before the date by default, null where none is known.",
            "example": "1.00",
        },
    )
    ratio = Ratio(
        allow_none=True,
        load_default=None,
        metadata={"description": 'Of a SPLIT: "4:1" is four new for one old.', "example": None},
    )
    notes = Text(
        longest=LONGEST_TEXT,
        blank=True,
        load_default="",
        metadata={"description": "In your words.", "example": "Monthly savings plan"},
    )
    external_id = Text(
        allow_none=True,
        load_default=None,
        metadata={
            "description": "Your own id of it, unique in the portfolio. `content:` begins the"
            " ids of imported rows whose file gave none, and no other.",
            "example": "broker-4711",
        },
    )
    import_id = answered(fields.Integer, "The import that it came by.", 1)
    created = answered(Time, "When it was recorded.", "2024-01-15T10:30:00Z")
    modified = answered(Time, "When it was last changed.", "2024-01-15T10:30:00Z")
    warnings = Warnings(optional=True)


class BulkTransactionsSchema(StrictSchema):
    """Transactions to record."""

    transactions = Rows(
        fields.Nested(TransactionSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_ROWS),
        metadata={
            "description": "1 to 10,000 transactions, recorded by date, of one day first what"
            " acquires, then what disposes, then ADJUSTMENTs."
        },
    )
    atomic = Flag(
        load_default=True,
        metadata={"description": "All or none; `false` records those that are sound (207)."},
    )


class TransactionQuery(PageQuery):
    """Filters of the list of transactions."""

    portfolio_id = Id(metadata={"description": "Of this portfolio."})
    asset_id = Id(metadata={"description": "In this asset."})
    symbol = Text(metadata={"description": "In assets with exactly this symbol."})
    transaction_type = Text(
        validate=validate.OneOf(TYPES), metadata={"description": "Of this type."}
    )
    import_id = Id(metadata={"description": "That came by this import."})
    start_date = Day(metadata={"description": "First day, inclusive."})
    end_date = Day(metadata={"description": "Last day, inclusive."})
    ordering = Ordering(*transactions.ORDERINGS, load_default=("date", True))

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if "start_date" in data and data["start_date"] > data.get("end_date", data["start_date"]):
            raise ValidationError("It is after end_date.", "start_date")
