"""Ledgers in files: imported, taken back, exported."""

from dataclasses import fields
from functools import partial
from typing import Any, Final

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from services.portfolio import commands, queries
from services.portfolio.domain import ledger_files
from services.portfolio.lanes import AT_ONCE, IMPORTING
from services.portfolio.routes.asking import owners
from services.portfolio.schemas import ImportedSchema, ImportQuery, PortfolioOfFile
from shared.http import Blueprint, Resource, bodies, identity, jobs, session, spool
from shared.http.blueprint import BULK_BODY

blueprint = Blueprint("Ledger files", "Ledgers of other programs and of our own, as files.")

_CSV: Final = {
    "schema": {"type": "string"},
    "example": "date,transaction_type,symbol,quantity,price\n2024-01-15,BUY,AAPL,10,150.00\n",
}
_JSON: Final = {"schema": {"type": "object"}, "example": {"activities": []}}
_TYPES: Final = {"ghostfolio": "application/json"}  # all others are CSV
_READ: Final = 25  # percent of an import's work, about


def _rows(query: dict[str, Any]) -> int:
    # Before anything is said of the file: a portfolio of somebody else does not exist.
    queries.portfolios.row(session, identity.user_id, query["portfolio_id"])
    body = _body(query["format"])
    return bodies.rows(body) if request.is_json else bodies.lines(body)


def _body(format_: str) -> bytes:
    if request.mimetype != _TYPES.get(format_, "text/csv"):
        raise UnsupportedMediaType
    return request.get_data()


@blueprint.route("/api/transactions/import/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.body_limit(BULK_BODY)
@blueprint.lane(IMPORTING)
@blueprint.arguments(ImportQuery, location="query")
@blueprint.job("import_transactions", lane=IMPORTING.name, size=_rows, most=AT_ONCE)
@blueprint.response(200, ImportedSchema)
@blueprint.file_body({"text/csv": _CSV, "application/json": _JSON})
def import_file(query: dict[str, Any]) -> Resource:
    """Record the transactions of a file that the portfolio does not have yet."""
    format_ = query.pop("format")
    file = ledger_files.read(format_, _body(format_))
    jobs.progress(_READ)
    imported = commands.import_file(session, identity.user_id, file=file, owners=owners(), **query)
    outcome = {field.name: getattr(imported, field.name) for field in fields(imported)}
    return {**outcome, "warnings": queries.files.warnings(file)}


@blueprint.route("/api/transactions/imports/<id:import_id>/", methods=["DELETE"])
@blueprint.authenticated("write")
@blueprint.lane(IMPORTING)
@blueprint.response(204)
def take_back_import(import_id: int) -> None:
    """Take an import back: all its transactions are deleted, or none."""
    commands.take_back_import(session, identity.user_id, import_id)


@blueprint.route("/api/transactions/export/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(PortfolioOfFile, location="query")
@blueprint.response(200, content_type="text/csv", description="What an import reads back.")
def export_file(query: dict[str, int]) -> Response:
    """Return the whole ledger of a portfolio as CSV."""
    portfolio = queries.portfolios.row(session, identity.user_id, **query)
    name = f'attachment; filename="portfolio-{portfolio.id}.csv"'
    lines = partial(queries.files.exported, portfolio_id=portfolio.id)
    return spool.csv(lines, **{"Content-Disposition": name})
