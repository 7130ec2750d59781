"""Assets' internal door: cards and whole price series for the other services' copies."""

from typing import Any, Final

from marshmallow import ValidationError, fields, validate, validates_schema

from services.assets import queries
from shared.events.catalogue import AssetCard
from shared.http import Blueprint, session
from shared.http.schemas import MAX_ID, Id, StrictSchema, Text

blueprint = Blueprint("Assets", "Cards and price series, each with its version.")

_AT_ONCE: Final = 1000  # ids or symbols of one call


class VersionedCard(AssetCard):
    """A card and the version of the asset that it shows."""

    version = fields.Integer(metadata={"description": "Sequence of the asset's last event."})


class CardsQuery(StrictSchema):
    """Which cards: by ids, by symbols as a user means them, or all of them in pages."""

    ids = Text(metadata={"description": "Ids, separated by commas.", "example": "1,2"})
    symbols = Text(
        longest=_AT_ONCE * 33,
        metadata={"description": "Symbols, separated by commas; needs `user`."},
    )
    user = Id(metadata={"description": "Whose private assets count too."})
    after_id = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=MAX_ID),
        metadata={"description": "The last id of the page before."},
    )

    @validates_schema
    def _of_a_user(self, data: dict[str, Any], **_: Any) -> None:
        if "symbols" in data and "user" not in data:
            raise ValidationError("Symbols mean something to a user only.", "user")


class CardsSchema(StrictSchema):
    """Cards."""

    assets = fields.List(fields.Nested(VersionedCard))
    next_after_id = fields.Integer(
        allow_none=True,
        metadata={"description": "`after_id` of the next page; null on the last, and by ids."},
    )


class SeriesSchema(StrictSchema):
    """All closes of an asset, oldest first, as traded."""

    asset = Id(metadata={"description": "Id of the asset."})
    version = fields.Integer(metadata={"description": "Sequence of the asset's last event."})
    dates = fields.List(fields.String(), metadata={"description": "Days."})
    closes = fields.List(fields.String(), metadata={"description": "The close of each day."})
    splits = fields.List(fields.Dict(), metadata={"description": "`{date, ratio}` of each split."})


@blueprint.route("/internal/v1/assets/", methods=["GET"])
@blueprint.for_services()
@blueprint.arguments(CardsQuery, location="query")
@blueprint.response(200, CardsSchema)
def list_cards(query: dict[str, Any]) -> dict[str, Any]:
    """Return cards; retired assets too, unless asked by symbol."""
    if "ids" in query:
        return {"assets": queries.cards.by_ids(session, query["ids"]), "next_after_id": None}
    if "symbols" in query:
        cards = queries.cards.by_symbols(session, query["symbols"], query["user"])
        return {"assets": cards, "next_after_id": None}
    cards = queries.cards.page(session, query["after_id"])
    is_last = len(cards) < queries.cards.PAGE
    return {"assets": cards, "next_after_id": None if is_last else cards[-1]["id"]}


@blueprint.route("/internal/v1/assets/<id:asset_id>/", methods=["GET"])
@blueprint.for_services()
@blueprint.response(200, VersionedCard)
def get_card(asset_id: int) -> dict[str, Any]:
    """Return one asset's card."""
    return queries.cards.one(session, asset_id)


@blueprint.route("/internal/v1/assets/<id:asset_id>/prices/", methods=["GET"])
@blueprint.for_services()
@blueprint.response(200, SeriesSchema)
def get_series(asset_id: int) -> dict[str, Any]:
    """Return an asset's whole price series and the version that it belongs to."""
    return queries.cards.series(session, asset_id)
