"""Performance metrics of portfolios and of assets."""

from typing import Any

from services.analytics import engine, measured
from services.analytics.schemas import MetricsQuery, MetricsSchema
from shared.http import Blueprint, identity, session
from shared.http.etag import unless_known

blueprint = Blueprint("Performance", "Returns, risk and comparison with a benchmark.")


@blueprint.route("/api/portfolios/<id:portfolio_id>/performance_metrics/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(MetricsQuery, location="query")
@blueprint.response(200, MetricsSchema)
@blueprint.computed()
def get_portfolio_metrics(query: dict[str, Any], portfolio_id: int) -> measured.Measured:
    """Measure a portfolio over a window."""
    room = engine.current()
    holdings = room.holdings(session, portfolio_id, identity.user_id)
    benchmark = room.market.benchmark(
        session, query.get("benchmark"), identity.user_id, holdings.card.currency
    )
    unless_known((holdings.version, benchmark and benchmark.version))
    return measured.portfolio(session, room, holdings, benchmark, query)


@blueprint.route("/api/assets/<id:asset_id>/performance_metrics/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(MetricsQuery, location="query")
@blueprint.response(200, MetricsSchema)
@blueprint.computed()
def get_asset_metrics(query: dict[str, Any], asset_id: int) -> measured.Measured:
    """Measure one unit of an asset over a window."""
    market = engine.current().market
    card = market.asset(session, asset_id, identity.user_id)
    benchmark = market.benchmark(session, query.get("benchmark"), identity.user_id, card.currency)
    unless_known((card.version, benchmark and benchmark.version))
    return measured.asset(session, market, card, benchmark, query)
