"""Price records of all assets that you see."""

from typing import Any

from sqlalchemy import RowMapping

from services.assets import commands, queries
from services.assets.routes.acting import actor
from services.assets.schemas import PriceQuery, PriceSchema
from shared.http import Blueprint, Listing, identity, session

blueprint = Blueprint("Price history", "Prices as records, one a day.")


@blueprint.route("/api/price-history/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(PriceQuery(exclude=["search"]), location="query")
@blueprint.page_of(PriceSchema)
@blueprint.market_data()
def list_prices(query: dict[str, Any]) -> Listing:
    """List price records, newest first."""
    return queries.prices.visible(identity.user_id, **query)


@blueprint.route("/api/price-history/<id:price_id>/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.response(200, PriceSchema)
@blueprint.etag()
@blueprint.market_data()
def get_price(price_id: int) -> RowMapping:
    """Return one price record."""
    return queries.prices.one(session, price_id, identity.user_id)


@blueprint.route("/api/price-history/<id:price_id>/", methods=["DELETE"])
@blueprint.authenticated("write")
@blueprint.response(204)
def delete_price(price_id: int) -> None:
    """Delete the price of one day; the asset's current price follows."""
    commands.delete_price(session, price_id, by=actor())


@blueprint.route("/api/price-history/imports/<id:import_id>/", methods=["DELETE"])
@blueprint.authenticated("write")
@blueprint.response(204)
def take_back_prices(import_id: int) -> None:
    """Take a file of prices back: those that nothing has replaced since are deleted."""
    commands.take_back_prices(session, import_id, by=actor())
