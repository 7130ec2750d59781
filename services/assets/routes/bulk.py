"""Many assets or prices in one call."""

from dataclasses import asdict
from functools import partial
from typing import Any, Final

from flask import Response, request
from marshmallow import Schema
from werkzeug.exceptions import UnsupportedMediaType

from services.assets import commands, queries
from services.assets.domain.price_files import PriceFile, read_prices
from services.assets.domain.quotes import Bar
from services.assets.lanes import ASSETS_AT_ONCE, IMPORTING, PRICES_AT_ONCE
from services.assets.models import AssetFields
from services.assets.parts.caps import require_assets_within, require_prices_within
from services.assets.routes.acting import actor
from services.assets.schemas import (
    MOST_ASSETS,
    AssetSchema,
    BulkAssetsSchema,
    DayPriceSchema,
    ImportedSchema,
    PricesQuery,
    PricesSchema,
)
from shared.errors import BadRequest
from shared.http import Blueprint, Resource, bodies, bulk, identity, jobs, session
from shared.http.blueprint import BULK_BODY, Parser
from shared.http.bulk import BulkSchema
from shared.http.files import body_of

_FILE: Final = "text/csv"
_CSV: Final = {"schema": {"type": "string"}, "example": "date,close\n2024-01-19,175.50\n"}


class PriceParser(Parser):
    """Takes prices in CSV too."""

    __location_map__ = {  # noqa: RUF012 - webargs' own way
        **Parser.__location_map__,
        "json_or_csv": "load_json_or_csv",
    }
    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012 - webargs' own way
        **Parser.DEFAULT_UNKNOWN_BY_LOCATION,
        "json_or_csv": Parser.DEFAULT_UNKNOWN_BY_LOCATION["json"],
    }

    def load_json_or_csv(self, req: Any, schema: Schema) -> Any:
        """Return the body by what it says it is; the view reads a file, as its query says."""
        if req.mimetype == _FILE:
            return {"prices": [None]}
        return self.load_json(req, schema)


class BulkBlueprint(Blueprint):
    """Routes whose bodies may be CSV."""

    ARGUMENTS_PARSER = PriceParser()
    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING = {  # noqa: RUF012 - the library's own way
        **Blueprint.DEFAULT_LOCATION_CONTENT_TYPE_MAPPING,
        "json_or_csv": "application/json",
    }


blueprint = BulkBlueprint("Bulk", "Many assets or prices in one call.")

_LOADED: Final = 50  # percent of a bulk's work, about


def _assets() -> int:
    if not request.is_json:
        raise UnsupportedMediaType
    return bodies.rows(request.get_data())


def _prices(_query: dict[str, Any], asset_id: int) -> int:
    commands.permitted(session, asset_id, actor())
    if request.is_json:
        return bodies.rows(request.get_data())
    return bodies.lines(body_of(_FILE, "A file of prices"))


@blueprint.route("/api/assets/bulk/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.body_limit(BULK_BODY)
@blueprint.lane(IMPORTING)
@blueprint.job(
    "create_assets", lane=IMPORTING.name, size=_assets, most=ASSETS_AT_ONCE, limit=MOST_ASSETS
)
@blueprint.arguments(BulkAssetsSchema)
@blueprint.response(201, BulkSchema)
@blueprint.alt_response(207, schema=BulkSchema, description="Some rows were refused.")
def create_assets(body: dict[str, Any]) -> Response:
    """Make many assets, all or none; with `atomic: false` those that are sound."""
    rows = bulk.load(AssetSchema(), body["assets"])
    jobs.progress(_LOADED)
    outcomes = bulk.outcomes(rows, _create)
    return bulk.answer("assets", outcomes, atomic=body["atomic"])


def _create(rows: list[AssetFields]) -> list[bulk.Outcome]:
    outcomes = commands.create_assets(session, rows, by=actor())
    require_assets_within(identity.user_id)
    return [outcome if isinstance(outcome, Exception) else outcome.id for outcome in outcomes]


@blueprint.route("/api/assets/<id:asset_id>/price_history/bulk/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.body_limit(BULK_BODY)
@blueprint.lane(IMPORTING)
@blueprint.arguments(PricesQuery, location="query")
@blueprint.job(
    "import_prices",
    lane=IMPORTING.name,
    size=_prices,
    most=PRICES_AT_ONCE,
    limit=commands.MOST_PRICES,
)
@blueprint.arguments(PricesSchema, location="json_or_csv")
@blueprint.response(200, ImportedSchema)
@blueprint.alt_response(207, schema=BulkSchema, description="What became of each, if not atomic.")
@blueprint.file_body({"text/csv": _CSV})
def import_prices(
    query: dict[str, Any], body: dict[str, Any], asset_id: int
) -> Resource | Response:
    """Record many prices of one asset, all or none; with `atomic: false` those that are sound.

    A day that has a price gets the new one.
    """
    file_form, columns = query.pop("form"), query.pop("columns")
    if request.mimetype == _FILE:
        file = read_prices(request.get_data(), file_form, columns)
        return _import_file(asset_id, query, file)
    rows = bulk.load(DayPriceSchema(), body["prices"])
    jobs.progress(_LOADED)
    if not body["atomic"]:
        outcomes = bulk.outcomes(rows, partial(_record, asset_id, query))
        return bulk.answer("prices", outcomes, atomic=False)
    prices = bulk.all_sound("prices", rows)
    imported = commands.import_prices(session, asset_id, prices, by=actor(), **query)
    require_prices_within(identity.user_id)
    warnings = queries.assets.unit_warnings(query.get("currency"))
    return {**asdict(imported), "warnings": warnings}


def _import_file(asset_id: int, query: dict[str, Any], file: PriceFile) -> Resource:
    imported = commands.import_price_file(session, asset_id, file, by=actor(), **query)
    require_prices_within(identity.user_id)
    warnings = queries.assets.unit_warnings(query.get("currency"))
    warnings += [note._asdict() for note in file.notes]
    preview = queries.prices.preview(file) if query["dry_run"] else {}
    return {**asdict(imported), **preview, "warnings": warnings}


def _record(asset_id: int, query: dict[str, Any], rows: list[Bar]) -> list[bulk.Outcome]:
    if query.pop("dry_run"):
        raise BadRequest("A dry run of rows that stand alone is none: leave out `atomic`.")
    outcomes = commands.import_sound_prices(session, asset_id, rows, by=actor(), **query)
    require_prices_within(identity.user_id)
    return outcomes
