"""Webhooks' internal door: what rules of a user are on."""

from typing import Any

from marshmallow import fields

from services.webhooks import queries
from shared.http import Blueprint, Resource, session
from shared.http.schemas import Id, StrictSchema, listed

blueprint = Blueprint("Watching", "What rules are on.")


class WatchedQuery(StrictSchema):
    """Which assets."""

    user = Id(required=True, metadata={"description": "Whose rules."})
    ids = listed(Id(), "Ids of assets", 1, 2)


class WatchedSchema(StrictSchema):
    """Assets that rules are on."""

    assets = fields.List(fields.Integer, metadata={"description": "Their ids."})


@blueprint.route("/internal/v1/alerts/assets/", methods=["GET"])
@blueprint.for_services("portfolio")
@blueprint.arguments(WatchedQuery, location="query")
@blueprint.response(200, WatchedSchema)
def list_watched_assets(query: dict[str, Any]) -> Resource:
    """Return those of the assets that rules of a user are on."""
    return {"assets": queries.watched_assets(session, **query)}
