"""Analytics: risk, correlation, allocation and scenarios of portfolios, and the market."""

from collections.abc import Mapping
from typing import Any

from services.analytics import queries
from services.analytics.answers import allocation, correlation, market_data, risk, scenarios
from services.analytics.answers.memory.market import sequences
from services.analytics.answers.memory.portfolios import current_portfolios
from services.analytics.answers.questions import (
    AllocationQuestion,
    CorrelationQuestion,
    RiskQuestion,
    ScenarioQuestion,
)
from services.analytics.domain.scenarios.catalogue import CATALOGUE
from services.analytics.lanes import COMPUTING
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
@blueprint.lane(COMPUTING)
@blueprint.response(200, MarketDataSchema)
@blueprint.computed()
def get_market_data() -> market_data.MarketData:
    """Return the last market day: indices, sectors, currencies and what moved most."""
    assets = queries.public_assets(session)
    unless_known(sequences(assets))
    return market_data.overview(session, assets)


@blueprint.route("/api/analytics/correlation_matrix/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(CorrelationQuery, location="query")
@blueprint.lane(COMPUTING)
@blueprint.response(200, CorrelationSchema)
@blueprint.computed()
def get_correlation_matrix(question: CorrelationQuestion) -> correlation.AssetCorrelation:
    """Correlate the assets of a portfolio, or any others, with each other."""
    portfolios = current_portfolios()
    assets = correlation.assets(session, portfolios, identity.user_id, question)
    unless_known(sequences(assets))
    return correlation.correlate(session, portfolios.market, assets, question)


@blueprint.route("/api/analytics/risk_metrics/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(RiskQuery, location="query")
@blueprint.lane(COMPUTING)
@blueprint.response(200, RiskSchema)
@blueprint.computed()
def get_risk_metrics(question: RiskQuestion) -> risk.Risk:
    """Measure the risk of a portfolio, and what each holding adds to it."""
    portfolios = current_portfolios()
    portfolio = portfolios.get(session, question.portfolio_id, identity.user_id)
    benchmark = portfolios.market.benchmark(
        question.benchmark, identity.user_id, portfolio.row.currency
    )
    unless_known((portfolio.basis, benchmark and benchmark.basis))
    return risk.measure(session, portfolios, portfolio, benchmark, question)


@blueprint.route("/api/analytics/asset_allocation_analysis/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(AllocationQuery, location="query")
@blueprint.lane(COMPUTING)
@blueprint.response(200, AllocationSchema)
@blueprint.computed()
def get_allocation_analysis(question: AllocationQuestion) -> allocation.Allocation:
    """Divide a portfolio five ways, and say what would restore a target mix."""
    portfolios = current_portfolios()
    portfolio = portfolios.get(session, question.portfolio_id, identity.user_id)
    unless_known(portfolio.basis)
    return allocation.analyse(session, portfolios, portfolio, question)


@blueprint.route("/api/analytics/scenario_analysis/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(ScenarioQuery, location="query")
@blueprint.lane(COMPUTING)
@blueprint.response(200, AnalysisSchema)
@blueprint.computed()
def get_scenario_analysis(question: ScenarioQuestion) -> scenarios.Analysis:
    """Say what past crises, shocks or simulated futures would do to a portfolio."""
    portfolios = current_portfolios()
    portfolio = portfolios.get(session, question.portfolio_id, identity.user_id)
    benchmark = portfolios.market.benchmark_or_usual(
        question.benchmark, identity.user_id, portfolio.row.currency
    )
    unless_known((portfolio.basis, benchmark and benchmark.basis))
    return scenarios.analyse(session, portfolios, portfolio, benchmark, question)


@blueprint.route("/api/analytics/scenario_analysis/scenarios/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.response(200, CatalogueSchema)
@blueprint.computed()
def list_scenarios() -> Mapping[str, Any]:
    """List the historical scenarios."""
    episodes = list(CATALOGUE.values())
    unless_known(tuple(episodes))
    return {"scenarios": episodes}
