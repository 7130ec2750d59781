"""Splits of an asset."""

from typing import Any

from sqlalchemy import RowMapping

from services.assets import commands, queries
from services.assets.domain.splits import Split
from services.assets.routes.acting import actor
from services.assets.schemas import SplitQuery, SplitSchema
from shared.http import Blueprint, Listing, identity, session

blueprint = Blueprint("Splits", "Splits of assets; the adjusted closes of earlier days follow.")


@blueprint.route("/api/assets/<id:asset_id>/splits/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(SplitQuery(exclude=["search"]), location="query")
@blueprint.page_of(SplitSchema)
def list_splits(query: dict[str, Any], asset_id: int) -> Listing:
    """List the splits of an asset, newest first."""
    return queries.splits.of_asset(session, asset_id, identity.user_id, **query)


@blueprint.route("/api/assets/<id:asset_id>/splits/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.arguments(SplitSchema)
@blueprint.response(201, SplitSchema)
def add_split(new: Split, asset_id: int) -> RowMapping:
    """Record a split; prices stay as traded, adjusted closes follow."""
    split = commands.add_split(session, asset_id, new, by=actor())
    return queries.splits.one(session, split.id)


@blueprint.route("/api/assets/<id:asset_id>/splits/<id:split_id>/", methods=["DELETE"])
@blueprint.authenticated("write")
@blueprint.response(204)
def delete_split(asset_id: int, split_id: int) -> None:
    """Take a split back."""
    commands.delete_split(session, asset_id, split_id, by=actor())
