"""The price sources that the operator has switched on."""

from typing import Any

from services.assets.lanes import IMPORTING
from services.assets.outside.sources import asking
from services.assets.routes.refresh import Asked
from services.assets.schemas import DataSourcesSchema, MatchesSchema, MatchQuery
from shared.http import Blueprint, Resource
from shared.http.context import service_app
from shared.http.schemas import Error

blueprint = Blueprint("Data sources", "Where prices come from, and what they call an asset.")


@blueprint.route("/api/data-sources/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.response(200, DataSourcesSchema)
def list_data_sources() -> Resource:
    """List the price sources of this installation."""
    results = list(_asked().sources)
    return {"count": len(results), "results": results}


@blueprint.route("/api/data-sources/<string:name>/search/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(MatchQuery, location="query")
@blueprint.lane(IMPORTING)
@blueprint.response(200, MatchesSchema)
@blueprint.alt_response(409, schema=Error, description="This source cannot be searched.")
def search_data_source(query: dict[str, Any], name: str) -> Resource:
    """Ask a price source what it calls an asset."""
    asked = _asked()
    results = asking.search(asked.sources.searchable(name), query["q"], asked.within)
    return {"count": len(results), "results": results}


def _asked() -> Asked:
    asked: Asked = service_app.extensions["data_sources"]
    return asked
