"""Exchange rates."""

from typing import Any

from services.assets import queries
from services.assets.schemas import RateQuery, RateSchema
from shared.http import Blueprint, Resource, identity, session
from shared.http.schemas import Error

blueprint = Blueprint("Exchange rates", "Rates by the rule that valuations use.")


@blueprint.route("/api/exchange-rates/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(RateQuery, location="query")
@blueprint.response(200, RateSchema)
@blueprint.alt_response(404, schema=Error, description="No pair knows it on or before the day.")
@blueprint.etag()
@blueprint.market_data()
def get_exchange_rate(query: dict[str, Any]) -> Resource:
    """Return the rate between two currencies: the last one known on or before a day."""
    return queries.rates.on(session, identity.user_id, **query)
