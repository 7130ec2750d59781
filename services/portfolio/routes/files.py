"""Ledgers in files: imported, taken back, exported."""

import json
from collections.abc import Sequence
from dataclasses import fields
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, request

from services.portfolio import commands, queries
from services.portfolio.domain import ledger_files
from services.portfolio.domain.ledger_files import Layout, Said, markup
from services.portfolio.lanes import AT_ONCE, IMPORTING
from services.portfolio.routes.asking import owners
from services.portfolio.schemas import (
    FormatsSchema,
    ImportedSchema,
    ImportQuery,
    PortfolioOfFile,
    TakeBackQuery,
    TakenBackSchema,
)
from shared.http import Blueprint, Resource, bodies, identity, jobs, session, spool
from shared.http.blueprint import BULK_BODY
from shared.http.files import body_of

blueprint = Blueprint("Ledger files", "Ledgers of other programs and of our own, as files.")

_CSV: Final = {
    "schema": {"type": "string"},
    "example": "date,transaction_type,symbol,quantity,price\n2024-01-15,BUY,AAPL,10,150.00\n",
}
_SAID: Final = ("form", "columns", "types")
_JSON: Final = {"schema": {"type": "object"}, "example": {"activities": []}}
_XML: Final = {"schema": {"type": "string"}, "example": "<client>…</client>"}
_XML_TYPES: Final = ("application/xml", "text/xml")
_READ: Final = 25  # percent of an import's work, about
# How long price sources are asked for what an import makes; each call of theirs takes five at most.
_SECONDS: Final = 6.0
_SECONDS_IN_A_JOB: Final = 60.0


def _rows(query: dict[str, Any]) -> int:
    # Before anything is said of the file: a portfolio of somebody else does not exist.
    queries.portfolios.row(session, identity.user_id, query["portfolio_id"])
    layout = _layout(query["format"])
    body = _body(layout)
    if layout.elements:
        return bodies.elements(body, layout.elements)
    return bodies.rows(body) if request.is_json else bodies.lines(body)


def _layout(name: str) -> Layout:
    """Return the format of a file: where a program has two, the body shows which one it is."""
    of_xml = f"{name}_xml"
    if of_xml not in ledger_files.FORMATS:
        return ledger_files.layout_of(name)
    is_xml = request.mimetype in _XML_TYPES or markup.is_begun(request.get_data())
    return ledger_files.layout_of(of_xml if is_xml else name)


def _body(layout: Layout) -> bytes:
    is_xml = layout.content_type in _XML_TYPES
    return body_of(layout.content_type, "The file", *(_XML_TYPES if is_xml else ()))


@blueprint.route("/api/transactions/import/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.body_limit(BULK_BODY)
@blueprint.lane(IMPORTING)
@blueprint.arguments(ImportQuery, location="query")
@blueprint.job(
    "import_transactions",
    lane=IMPORTING.name,
    size=_rows,
    most=AT_ONCE,
    limit=commands.MOST_ROWS,
)
@blueprint.response(200, ImportedSchema)
@blueprint.file_body({"text/csv": _CSV, "application/json": _JSON, "application/xml": _XML})
def import_file(query: dict[str, Any]) -> Resource:
    """Record the transactions of a file that the portfolio does not have yet."""
    layout = _layout(query.pop("format"))
    said = Said(is_preview=query["dry_run"], **{name: query.pop(name) for name in _SAID})
    file = ledger_files.read(layout.name, _body(layout), said)
    jobs.progress(_READ)
    seconds = _SECONDS_IN_A_JOB if jobs.running() else _SECONDS
    imported = commands.import_file(
        session, identity.user_id, file=file, owners=owners(), seconds=seconds, **query
    )
    outcome = {field.name: getattr(imported, field.name) for field in fields(imported)}
    notes = [note._asdict() for note in outcome.pop("notes")]
    if query["dry_run"]:
        preview = queries.files.preview(file)
        call = _call(preview["missing"], outcome["unresolved"])
        outcome |= {**preview, "call": call}
    return {**outcome, "warnings": queries.files.warnings(file) + notes}


@blueprint.route("/api/transactions/import/formats/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.response(200, FormatsSchema)
def list_formats() -> Resource:
    """List the formats of files that are imported: their columns and words."""
    return {"formats": queries.files.formats()}


@blueprint.route("/api/transactions/imports/<id:import_id>/", methods=["DELETE"])
@blueprint.authenticated("write")
@blueprint.lane(IMPORTING)
@blueprint.arguments(TakeBackQuery, location="query")
@blueprint.response(200, TakenBackSchema, description="What became of the assets made for it.")
@blueprint.alt_response(204, schema=None, description="No asset was made for it.")
def take_back_import(query: dict[str, bool], import_id: int) -> commands.TakenBack | Response:
    """Take an import back: all its transactions are deleted, or none."""
    taken = commands.take_back_import(
        session, identity.user_id, import_id, owners=owners(), **query
    )
    return taken if taken.assets else Response(status=204)


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


def _call(missing: Sequence[str], unresolved: Sequence[object]) -> str:
    """Return the call that does what a dry run of it says, with what is still to be said."""
    query = {name: value for name, value in request.args.items() if name != "dry_run"}
    if missing:
        columns = json.loads(query.get("columns", "{}")) | dict.fromkeys(missing, "…")
        query["columns"] = json.dumps(columns, ensure_ascii=False)
    if unresolved:
        query["create_missing"] = "true"
    return f"POST {request.path}?{urlencode(query)}"
