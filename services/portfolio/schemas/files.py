"""Ledgers in files: how they are imported, what an import did."""

from typing import Any

from marshmallow import fields, post_load, validate

from services.portfolio.domain.ledger_files import FORMATS
from shared.finance.entries import EntryType
from shared.http.files import FormQuery, FormSchema, Pairs
from shared.http.schemas import MAX_ID, Day, Flag, Id, StrictSchema, answered
from shared.http.warnings import Warnings


def _is_id(value: object) -> bool:
    return type(value) is int and 1 <= value <= MAX_ID


def _is_type(value: object) -> bool:
    return isinstance(value, str) and value in EntryType.__members__


class PortfolioOfFile(StrictSchema):
    """The portfolio that a file goes into, or comes from."""

    portfolio_id = Id(required=True, metadata={"description": "The portfolio.", "example": 1})


class ImportQuery(PortfolioOfFile, FormQuery):
    """How a file is read."""

    format = fields.String(
        load_default="generic",
        validate=validate.OneOf(list(FORMATS)),
        metadata={
            "description": "What wrote the file: see `/api/transactions/import/formats/`. Our own"
            " CSV, and any other table, by default."
        },
    )
    dry_run = Flag(
        load_default=False,
        metadata={
            "description": "Only say what would be done, and all that would be refused: nothing is"
            " made. Shows the columns and rows as they were read, the assets that were not found"
            " with candidates, and the call that would do it."
        },
    )
    create_missing = Flag(
        load_default=False,
        metadata={"description": "Make private assets for those that were not found."},
    )
    mapping = Pairs(
        '{"VWRL": 17}',
        _is_id,
        metadata={
            "description": "JSON: symbol, ISIN or name as the file writes it → id of the asset"
            " that it means."
        },
    )
    types = Pairs(
        '{"Kauf": "BUY"}',
        _is_type,
        metadata={"description": "JSON: a word of the file → the type of transaction it means."},
    )

    @post_load
    def _types(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "types": {word: EntryType[name] for word, name in data["types"].items()}}


class CandidateSchema(StrictSchema):
    """An asset that a file may mean."""

    id = fields.Integer(metadata={"description": "Id of the asset.", "example": 17})
    symbol = fields.String(metadata={"description": "Symbol.", "example": "VWRL.L"})
    name = fields.String(metadata={"description": "Name.", "example": "Vanguard FTSE All-World"})
    currency = fields.String(metadata={"description": "Of its prices.", "example": "GBP"})
    isin = answered(fields.String, "ISIN.", "IE00B3RBWM25")
    is_active = fields.Boolean(metadata={"description": "False is retired.", "example": True})


def _written(what: str, name: str, example: str) -> fields.String:
    return fields.String(
        attribute=f"reference.{name}",
        allow_none=True,
        metadata={"description": what, "example": example},
    )


def _source() -> fields.Field[Any]:
    return answered(fields.String, "Price source that has it; null where none is known.", "yahoo")


def _name_there() -> fields.Field[Any]:
    return answered(fields.String, "What that source calls it.", "VWRL.AS")


class UnresolvedSchema(StrictSchema):
    """What a file names and no asset answers to."""

    isin = _written("ISIN in the file.", "isin", "IE00B3RBWM25")
    symbol = _written("Symbol in the file.", "symbol_in_file", "VWRL")
    name = _written("Name in the file.", "name", "Vanguard FTSE All-World")
    currency = _written("Its currency, as far as the file says.", "currency", "EUR")
    lines = fields.List(
        fields.Integer, metadata={"description": "Where it stands, from 1.", "example": [2]}
    )
    candidates = fields.List(
        fields.Nested(CandidateSchema), metadata={"description": "Assets that may be meant."}
    )
    data_source = _source()
    data_symbol = _name_there()


class NewAssetSchema(StrictSchema):
    """A private asset that an import makes."""

    id = answered(fields.Integer, "Its id; null where it is not made yet.", 17)
    symbol = fields.String(metadata={"description": "Symbol.", "example": "VWRL"})
    name = fields.String(metadata={"description": "Name.", "example": "Vanguard FTSE All-World"})
    currency = fields.String(metadata={"description": "Of its prices.", "example": "EUR"})
    isin = answered(fields.String, "ISIN.", "IE00B3RBWM25")
    asset_type = fields.String(
        metadata={"description": "What its source says that it is.", "example": "ETF"}
    )
    data_source = _source()
    data_symbol = _name_there()
    lines = fields.List(
        fields.Integer, metadata={"description": "Where it stands, from 1.", "example": [2]}
    )


class TitleSchema(StrictSchema):
    """What a title of the header was read as."""

    title = fields.String(
        attribute="text", metadata={"description": "As it is written.", "example": "Trade Date"}
    )
    column = answered(fields.String, "Our name of the column; null is left out.", "date")


class RowSchema(StrictSchema):
    """A row of a file as it was read; null is not given."""

    line = fields.Integer(metadata={"description": "Where it begins, from 1.", "example": 2})
    date = Day(metadata={"description": "Day.", "example": "2024-01-15"})
    time = answered(fields.Time, "Time of the day.", "10:30:00")
    transaction_type = fields.String(
        attribute="type", metadata={"description": "Type.", "example": "BUY"}
    )
    symbol = answered(fields.String, "Symbol of the asset.", "AAPL")
    isin = answered(fields.String, "ISIN of the asset.", "US0378331005")
    asset_name = answered(fields.String, "Name of the asset.", "Apple Inc.")
    asset_currency = answered(fields.String, "That the asset is quoted in.", "USD")
    quantity = answered(fields.String, "Quantity.", "10")
    price = answered(fields.String, "Price of one.", "150.00")
    amount = answered(fields.String, "What moved.", "-1501.00")
    fees = fields.String(metadata={"description": "Fees.", "example": "1.00"})
    taxes = fields.String(metadata={"description": "Taxes.", "example": "0"})
    currency = answered(fields.String, "Of its money.", "USD")
    exchange_rate = answered(fields.String, "To the portfolio's currency.", "0.92")
    ratio = answered(fields.String, "Of a split.", "4:1")
    external_id = answered(fields.String, "By which it is known again.", "broker-17")


class ColumnSchema(StrictSchema):
    """A column that a format has."""

    name = fields.String(metadata={"description": "What we call it.", "example": "quantity"})
    is_needed = fields.Boolean(metadata={"description": "Without it nothing can be read."})
    titles = fields.List(
        fields.String,
        metadata={
            "description": "Titles that mean it, in any case and with any mark between words.",
            "example": ["shares", "stück"],
        },
    )


class FormatSchema(StrictSchema):
    """A format of files."""

    name = fields.String(metadata={"description": "For `format`.", "example": "generic"})
    program = fields.String(metadata={"description": "What writes it.", "example": "Our own CSV"})
    content_type = fields.String(metadata={"description": "Of the body.", "example": "text/csv"})
    columns = fields.List(
        fields.Nested(ColumnSchema), metadata={"description": "What its files have."}
    )
    types = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "A word of it → the type it means.", "example": {"kauf": "BUY"}},
    )
    by_sign = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={
            "description": "A word of it → the type where its amount is positive, and where it is"
            " negative.",
            "example": {"withholding tax": ["TAX_REFUND", "TAX"]},
        },
    )
    skips = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "A word of it → why its rows are left out.", "example": {}},
    )
    not_read = fields.List(
        fields.String,
        metadata={
            "description": "All that its files may have and that is skipped and counted.",
            "example": ["Exchanges of currencies."],
        },
    )


class FormatsSchema(StrictSchema):
    """All formats of files that are imported."""

    formats = fields.List(
        fields.Nested(FormatSchema), metadata={"description": "Those that can be read by name."}
    )


class ImportedSchema(StrictSchema):
    """What an import did, or would do."""

    import_id = answered(
        fields.Integer, "By which it can be taken back; null where nothing was made.", 1
    )
    created = fields.Integer(metadata={"description": "Rows recorded.", "example": 12})
    skipped = fields.Integer(
        metadata={
            "description": "Rows that the portfolio has already, or that are no transactions; see"
            " `warnings` for these.",
            "example": 0,
        }
    )
    unresolved = fields.List(
        fields.Nested(UnresolvedSchema), metadata={"description": "What no asset was found for."}
    )
    new_assets = fields.List(
        fields.Nested(NewAssetSchema),
        metadata={
            "description": "Private assets that were made, or would be; currency pairs"
            " that they need among them."
        },
    )
    form = fields.Nested(
        FormSchema, metadata={"description": "Of a dry run: how it was read.", "optional": True}
    )
    title_lines = fields.List(
        fields.String,
        metadata={"description": "Of a dry run: lines before the header.", "optional": True},
    )
    columns = fields.List(
        fields.Nested(TitleSchema),
        metadata={"description": "Of a dry run: what each title was read as.", "optional": True},
    )
    missing = fields.List(
        fields.String,
        metadata={
            "description": "Of a dry run: columns without which no row can be read; say them by"
            " `columns`.",
            "example": [],
            "optional": True,
        },
    )
    rows = fields.List(
        fields.Nested(RowSchema),
        metadata={
            "description": "Of a dry run: the first 1,000 rows as they were read, in the order in"
            " which they are recorded.",
            "optional": True,
        },
    )
    call = fields.String(
        metadata={
            "description": "Of a dry run: the call that would do it.",
            "example": "POST /api/transactions/import/?portfolio_id=1&format=generic",
            "optional": True,
        }
    )
    warnings = Warnings()


class TakeBackQuery(StrictSchema):
    """What goes with an import."""

    delete_assets = Flag(
        load_default=False,
        metadata={
            "description": "Delete the private assets too that imports made for its rows, with"
            " their prices, where nothing else needs them: no other transaction, no alert rule, no"
            " price or split that you recorded."
        },
    )


class AssetLeftSchema(StrictSchema):
    """A private asset that was made for an import."""

    id = fields.Integer(metadata={"description": "Its id.", "example": 17})
    symbol = fields.String(metadata={"description": "Symbol.", "example": "VWRL"})
    name = fields.String(metadata={"description": "Name.", "example": "Vanguard FTSE All-World"})
    is_deleted = fields.Boolean(
        metadata={
            "description": "Whether it goes with the import, within a second.",
            "example": False,
        }
    )
    reason = answered(fields.String, "Why it stays.", "Other transactions name it.")


class TakenBackSchema(StrictSchema):
    """What was taken back."""

    deleted = fields.Integer(metadata={"description": "Transactions.", "example": 12})
    assets = fields.List(
        fields.Nested(AssetLeftSchema),
        metadata={"description": "Assets of your own that imports made for them."},
    )
