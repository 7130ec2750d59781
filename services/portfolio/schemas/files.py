"""Ledgers in files: how they are imported, what an import did."""

import json
from typing import Any

from marshmallow import ValidationError, fields, validate

from services.portfolio.domain.ledger_files import FORMATS
from services.portfolio.schemas.fields import answered
from shared.http.schemas import MAX_ID, Flag, Id, StrictSchema
from shared.http.warnings import Warnings


class Mapping(fields.Field[dict[str, int]]):
    """`{"VWRL": 17}`: what a file writes → id of the asset it means; JSON in a query parameter."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"type": "string", **kwargs.pop("metadata")}, **kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, int]:
        try:
            mapping = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ValidationError("Not valid JSON.") from error
        if not isinstance(mapping, dict) or not all(map(_is_id, mapping.values())):
            raise ValidationError('Write {"VWRL": 17}: symbol, ISIN or name → id of the asset.')
        return mapping


def _is_id(value: object) -> bool:
    return type(value) is int and 1 <= value <= MAX_ID


class PortfolioOfFile(StrictSchema):
    """The portfolio that a file goes into, or comes from."""

    portfolio_id = Id(required=True, metadata={"description": "The portfolio.", "example": 1})


class ImportQuery(PortfolioOfFile):
    """How a file is read."""

    format = fields.String(
        load_default="generic",
        validate=validate.OneOf(list(FORMATS)),
        metadata={
            "description": "Our own CSV, Ghostfolio's JSON export, or the CSV that Portfolio"
            " Performance exports of an account, in English or German."
        },
    )
    dry_run = Flag(
        load_default=False,
        metadata={
            "description": "Only say what would be done: nothing is made, and the assets that were"
            " not found are listed with candidates."
        },
    )
    create_missing = Flag(
        load_default=False,
        metadata={"description": "Make private assets for those that were not found."},
    )
    mapping = Mapping(
        load_default=dict,
        metadata={
            "description": "JSON: symbol, ISIN or name as the file writes it → id of the asset"
            " that it means.",
            "example": '{"VWRL": 17}',
        },
    )


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


class UnresolvedSchema(StrictSchema):
    """What a file names and no asset answers to."""

    isin = _written("ISIN in the file.", "isin", "IE00B3RBWM25")
    symbol = _written("Symbol in the file.", "symbol_in_file", "VWRL")
    name = _written("Name in the file.", "name", "Vanguard FTSE All-World")
    currency = _written("Its currency, as far as the file says.", "currency", "EUR")
    lines = fields.List(
        fields.Integer, metadata={"description": "Where it stands, from 1.", "example": [2]}
    )
    candidates = fields.List(fields.Nested(CandidateSchema))


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
    unresolved = fields.List(fields.Nested(UnresolvedSchema))
    warnings = Warnings()
