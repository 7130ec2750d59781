"""Assets: made, found, changed, retired, priced."""

from typing import Any

from services.assets import commands, queries
from services.assets.commands import Quote
from services.assets.models import AssetFields
from services.assets.parts.caps import require_assets_within, require_prices_within
from services.assets.routes.acting import actor
from services.assets.schemas import (
    AssetQuery,
    AssetSchema,
    HistoryQuery,
    NewPriceSchema,
    PriceSchema,
    SearchQuery,
    SearchResultsSchema,
)
from shared.http import Blueprint, Listing, Resource, identity, session
from shared.http.etag import expected_revisions

blueprint = Blueprint("Assets", "What can be held, public or private to you, and what it costs.")


@blueprint.route("/api/assets/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(AssetQuery, location="query")
@blueprint.page_of(AssetSchema)
def list_assets(query: dict[str, Any]) -> Listing:
    """List the public assets and your own."""
    return queries.assets.visible(identity.user_id, **query)


@blueprint.route("/api/assets/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.arguments(AssetSchema)
@blueprint.response(201, AssetSchema)
@blueprint.etag()
def create_asset(values: AssetFields) -> Resource:
    """Make an asset: public by an administrator, private to you otherwise."""
    asset = commands.create_asset(session, by=actor(), **values)
    if asset.owner_id is not None:
        require_assets_within(asset.owner_id)
    return queries.assets.one(session, asset.id, identity.user_id, quoted_in=values.get("currency"))


@blueprint.route("/api/assets/search/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(SearchQuery, location="query")
@blueprint.response(200, SearchResultsSchema)
def search_assets(query: dict[str, Any]) -> Resource:
    """Find assets by symbol, ISIN or words of the name; one typing error is forgiven."""
    results = queries.assets.search(session, identity.user_id, **query)
    return {"count": len(results), "results": results}


@blueprint.route("/api/assets/<id:asset_id>/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.response(200, AssetSchema)
@blueprint.etag()
def get_asset(asset_id: int) -> Resource:
    """Return one asset with its newest price."""
    return queries.assets.one(session, asset_id, identity.user_id)


@blueprint.route("/api/assets/<id:asset_id>/", methods=["PUT"])
@blueprint.authenticated("write")
@blueprint.arguments(AssetSchema(ignore_read_only=True))
@blueprint.response(200, AssetSchema)
@blueprint.etag()
def replace_asset(values: AssetFields, asset_id: int) -> Resource:
    """Replace what is written of an asset."""
    return _update(asset_id, values)


@blueprint.route("/api/assets/<id:asset_id>/", methods=["PATCH"])
@blueprint.authenticated("write")
@blueprint.arguments(AssetSchema(ignore_read_only=True, partial=True))
@blueprint.response(200, AssetSchema)
@blueprint.etag()
def change_asset(values: AssetFields, asset_id: int) -> Resource:
    """Change some of what is written of an asset."""
    return _update(asset_id, values)


@blueprint.route("/api/assets/<id:asset_id>/", methods=["DELETE"])
@blueprint.authenticated("write")
@blueprint.response(204)
def retire_asset(asset_id: int) -> None:
    """Retire an asset: gone from lists and search; its prices and positions stay."""
    commands.retire_asset(session, asset_id, by=actor(), expected=expected_revisions())


@blueprint.route("/api/assets/<id:asset_id>/update_price/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.arguments(NewPriceSchema)
@blueprint.response(200, AssetSchema)
@blueprint.etag()
def update_price(quote: Quote, asset_id: int) -> Resource:
    """Record a price; an older day's fills the history and leaves the current price alone."""
    asset = commands.update_price(session, asset_id, quote, by=actor())
    if asset.owner_id is not None:
        require_prices_within(asset.owner_id)
    return queries.assets.one(session, asset_id, identity.user_id, quoted_in=quote.currency)


@blueprint.route("/api/assets/<id:asset_id>/price_history/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(HistoryQuery(exclude=["search"]), location="query")
@blueprint.page_of(PriceSchema)
@blueprint.market_data()
def list_price_history(query: dict[str, Any], asset_id: int) -> Listing:
    """List the prices of one asset by the day, week or month, newest first."""
    return queries.prices.history(session, asset_id, identity.user_id, **query)


def _update(asset_id: int, values: AssetFields) -> Resource:
    commands.update_asset(
        session, asset_id, by=actor(), changes=values, expected=expected_revisions()
    )
    return queries.assets.one(session, asset_id, identity.user_id, quoted_in=values.get("currency"))
