"""Analytics: risk, correlation, allocation and scenarios of portfolios, and the market."""

from collections.abc import Mapping
from typing import Any

from services.analytics import engine, queries
from services.analytics.answers import allocation, correlation, market_data, risk, scenarios
from services.analytics.domain.scenarios.catalogue import CATALOGUE
from services.analytics.market import sequences
from services.analytics.schemas import (
    AllocationQuery,
    AllocationSchema,
    AnalysisSchema,
    CatalogueSchema,
    CorrelationQuery,
    CorrelationSchema,
    MarketDataSchema,
    RiskQuery,
    RiskSchema,
    ScenarioQuery,
)
from shared.http import Blueprint, identity, session
from shared.http.etag import unless_known

blueprint = Blueprint("Analytics", "Risk, correlation, allocation, scenarios and the market.")


@blueprint.route("/api/analytics/market_data/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.response(200, MarketDataSchema)
@blueprint.computed()
def get_market_data() -> market_data.MarketData:
    """Return the last market day: indices, sectors, currencies and what moved most."""
    cards = queries.public_assets(session)
    unless_known(sequences(cards))
    return market_data.overview(session, cards)


@blueprint.route("/api/analytics/correlation_matrix/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(CorrelationQuery, location="query")
@blueprint.response(200, CorrelationSchema)
@blueprint.computed()
def get_correlation_matrix(query: dict[str, Any]) -> correlation.Correlated:
    """Correlate the assets of a portfolio, or any others, with each other."""
    room = engine.current()
    cards = correlation.assets(session, room, identity.user_id, query)
    unless_known(sequences(cards))
    return correlation.correlate(session, room.market, cards, query)


@blueprint.route("/api/analytics/risk_metrics/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(RiskQuery, location="query")
@blueprint.response(200, RiskSchema)
@blueprint.computed()
def get_risk_metrics(query: dict[str, Any]) -> risk.Risk:
    """Measure the risk of a portfolio, and what each holding adds to it."""
    room = engine.current()
    holdings = room.holdings(session, query["portfolio_id"], identity.user_id)
    benchmark = room.market.benchmark(
        session, query.get("benchmark"), identity.user_id, holdings.card.currency
    )
    unless_known((holdings.basis, benchmark and benchmark.basis))
    return risk.measure(session, room, holdings, benchmark, query)


@blueprint.route("/api/analytics/asset_allocation_analysis/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(AllocationQuery, location="query")
@blueprint.response(200, AllocationSchema)
@blueprint.computed()
def get_allocation_analysis(query: dict[str, Any]) -> allocation.Allocated:
    """Divide a portfolio five ways, and say what would restore a target mix."""
    room = engine.current()
    holdings = room.holdings(session, query["portfolio_id"], identity.user_id)
    unless_known(holdings.basis)
    return allocation.analyse(session, room, holdings, query)


@blueprint.route("/api/analytics/scenario_analysis/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(ScenarioQuery, location="query")
@blueprint.response(200, AnalysisSchema)
@blueprint.computed()
def get_scenario_analysis(query: dict[str, Any]) -> scenarios.Analysis:
    """Say what past crises, shocks or simulated futures would do to a portfolio."""
    room = engine.current()
    holdings = room.holdings(session, query["portfolio_id"], identity.user_id)
    benchmark = room.market.benchmark_or_usual(
        session, query.get("benchmark"), identity.user_id, holdings.card.currency
    )
    unless_known((holdings.basis, benchmark and benchmark.basis))
    return scenarios.analyse(session, room, holdings, benchmark, query)


@blueprint.route("/api/analytics/scenario_analysis/scenarios/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.response(200, CatalogueSchema)
@blueprint.computed()
def list_scenarios() -> Mapping[str, Any]:
    """List the historical scenarios."""
    windows = list(CATALOGUE.values())
    unless_known(tuple(windows))
    return {"scenarios": windows}
