"""Positions: opened, listed, adjusted, deleted; each change is an entry of the ledger."""

from decimal import Decimal
from typing import Any

from services.portfolio import commands, queries
from services.portfolio.commands import Opening
from services.portfolio.routes.asking import owners
from services.portfolio.schemas import NewPositionSchema, PositionQuery, PositionSchema
from shared.http import Blueprint, KeptListing, Resource, identity, session
from shared.http.etag import expected_revisions

blueprint = Blueprint("Positions", "What you hold, as your ledgers add it up.")


@blueprint.route("/api/positions/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(PositionQuery, location="query")
@blueprint.page_of(PositionSchema)
def list_positions(query: dict[str, Any]) -> KeptListing:
    """List your positions."""
    return queries.positions.owned(identity.user_id, **query)


@blueprint.route("/api/positions/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.arguments(NewPositionSchema)
@blueprint.response(201, PositionSchema)
@blueprint.etag()
def open_position(opening: Opening) -> Resource:
    """Open a position; it is written as a TRANSFER_IN."""
    position_id = commands.open_position(session, identity.user_id, opening, owners())
    return queries.positions.one(session, identity.user_id, position_id)


@blueprint.route("/api/positions/<id:position_id>/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.one_of(PositionSchema)
def get_position(position_id: int) -> KeptListing:
    """Return one position."""
    return queries.positions.owned(identity.user_id, include_closed=True, id=position_id)


@blueprint.route("/api/positions/<id:position_id>/", methods=["PUT"])
@blueprint.authenticated("write")
@blueprint.arguments(PositionSchema(ignore_read_only=True))
@blueprint.response(200, PositionSchema)
@blueprint.etag()
def replace_position(values: dict[str, Decimal | None], position_id: int) -> Resource:
    """Set what is held and what it cost; it is written as an ADJUSTMENT."""
    return _adjust(position_id, values)


@blueprint.route("/api/positions/<id:position_id>/", methods=["PATCH"])
@blueprint.authenticated("write")
@blueprint.arguments(PositionSchema(ignore_read_only=True, partial=True))
@blueprint.response(200, PositionSchema)
@blueprint.etag()
def change_position(values: dict[str, Decimal | None], position_id: int) -> Resource:
    """Set what is held or what it cost; it is written as an ADJUSTMENT of today."""
    return _adjust(position_id, values)


@blueprint.route("/api/positions/<id:position_id>/", methods=["DELETE"])
@blueprint.authenticated("write")
@blueprint.response(204)
def delete_position(position_id: int) -> None:
    """Delete a position with all transactions of its asset."""
    commands.delete_position(session, identity.user_id, position_id, expected=expected_revisions())


def _adjust(position_id: int, values: dict[str, Decimal | None]) -> Resource:
    commands.adjust_position(
        session, identity.user_id, position_id, expected=expected_revisions(), **values
    )
    return queries.positions.one(session, identity.user_id, position_id)
