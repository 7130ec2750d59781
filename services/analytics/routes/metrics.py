"""Performance of portfolios and assets: metrics, curves and indicators."""

from typing import Any

from services.analytics import engine
from services.analytics.answers import chart, curve, metrics
from services.analytics.schemas import (
    CurveQuery,
    CurveSchema,
    IndicatorQuery,
    IndicatorsSchema,
    MetricsQuery,
    MetricsSchema,
)
from shared.http import Blueprint, identity, session
from shared.http.etag import unless_known

blueprint = Blueprint("Performance", "Returns, risk and comparison with a benchmark.")


@blueprint.route("/api/portfolios/<id:portfolio_id>/performance_metrics/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(MetricsQuery, location="query")
@blueprint.response(200, MetricsSchema)
@blueprint.computed()
def get_portfolio_metrics(query: dict[str, Any], portfolio_id: int) -> metrics.Measured:
    """Measure a portfolio over a window."""
    room = engine.current()
    holdings = room.holdings(session, portfolio_id, identity.user_id)
    benchmark = room.market.benchmark(
        session, query.get("benchmark"), identity.user_id, holdings.card.currency
    )
    unless_known((holdings.basis, benchmark and benchmark.basis))
    return metrics.portfolio(session, room, holdings, benchmark, query)


@blueprint.route("/api/assets/<id:asset_id>/performance_metrics/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(MetricsQuery, location="query")
@blueprint.response(200, MetricsSchema)
@blueprint.computed()
def get_asset_metrics(query: dict[str, Any], asset_id: int) -> metrics.Measured:
    """Measure one unit of an asset over a window."""
    market = engine.current().market
    card = market.asset(session, asset_id, identity.user_id)
    benchmark = market.benchmark(session, query.get("benchmark"), identity.user_id, card.currency)
    unless_known((card.sequence, benchmark and benchmark.basis))
    return metrics.asset(session, market, card, benchmark, query)


@blueprint.route("/api/portfolios/<id:portfolio_id>/historical_performance/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(CurveQuery, location="query")
@blueprint.response(200, CurveSchema)
@blueprint.computed()
def get_historical_performance(query: dict[str, Any], portfolio_id: int) -> curve.Performance:
    """Return a portfolio's value through time, for a chart."""
    room = engine.current()
    holdings = room.holdings(session, portfolio_id, identity.user_id)
    benchmark = room.market.benchmark(
        session, query.get("benchmark"), identity.user_id, holdings.card.currency
    )
    unless_known((holdings.basis, benchmark and benchmark.basis))
    return curve.draw(session, room, holdings, benchmark, query)


@blueprint.route("/api/assets/<id:asset_id>/technical_indicators/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(IndicatorQuery, location="query")
@blueprint.response(200, IndicatorsSchema)
@blueprint.computed()
def get_technical_indicators(query: dict[str, Any], asset_id: int) -> chart.Charted:
    """Compute technical indicators of an asset and what the last day of them says."""
    market = engine.current().market
    card = market.asset(session, asset_id, identity.user_id)
    unless_known(card.sequence)
    return chart.draw(session, market, card, query)
