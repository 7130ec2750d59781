"""Performance of portfolios and assets: metrics, curves and indicators."""

from services.analytics.answers import chart, curve, metrics
from services.analytics.answers.memory.portfolios import current_portfolios
from services.analytics.answers.questions import CurveQuestion, IndicatorQuestion, MetricsQuestion
from services.analytics.lanes import COMPUTING
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
@blueprint.lane(COMPUTING)
@blueprint.response(200, MetricsSchema)
@blueprint.computed()
def get_portfolio_metrics(question: MetricsQuestion, portfolio_id: int) -> metrics.Measurement:
    """Measure a portfolio over a window."""
    portfolios = current_portfolios()
    portfolio = portfolios.get(session, portfolio_id, identity.user_id)
    benchmark = portfolios.market.benchmark(
        question.benchmark, identity.user_id, portfolio.row.currency
    )
    unless_known((portfolio.basis, benchmark and benchmark.basis))
    return metrics.portfolio(session, portfolios, portfolio, benchmark, question)


@blueprint.route("/api/assets/<id:asset_id>/performance_metrics/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(MetricsQuery, location="query")
@blueprint.lane(COMPUTING)
@blueprint.response(200, MetricsSchema)
@blueprint.computed()
def get_asset_metrics(question: MetricsQuestion, asset_id: int) -> metrics.Measurement:
    """Measure one unit of an asset over a window."""
    market = current_portfolios().market
    asset = market.asset(asset_id, identity.user_id)
    benchmark = market.benchmark(question.benchmark, identity.user_id, asset.currency)
    unless_known((asset.sequence, benchmark and benchmark.basis))
    return metrics.asset(session, market, asset, benchmark, question)


@blueprint.route("/api/portfolios/<id:portfolio_id>/historical_performance/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(CurveQuery, location="query")
@blueprint.lane(COMPUTING)
@blueprint.response(200, CurveSchema)
@blueprint.computed()
def get_historical_performance(question: CurveQuestion, portfolio_id: int) -> curve.Performance:
    """Return a portfolio's value through time, for a chart."""
    portfolios = current_portfolios()
    portfolio = portfolios.get(session, portfolio_id, identity.user_id)
    benchmark = portfolios.market.benchmark(
        question.benchmark, identity.user_id, portfolio.row.currency
    )
    unless_known((portfolio.basis, benchmark and benchmark.basis))
    return curve.draw(session, portfolios, portfolio, benchmark, question)


@blueprint.route("/api/assets/<id:asset_id>/technical_indicators/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(IndicatorQuery, location="query")
@blueprint.lane(COMPUTING)
@blueprint.response(200, IndicatorsSchema)
@blueprint.computed()
def get_technical_indicators(question: IndicatorQuestion, asset_id: int) -> chart.AssetChart:
    """Compute technical indicators of an asset and what the last day of them says."""
    market = current_portfolios().market
    asset = market.asset(asset_id, identity.user_id)
    unless_known(asset.sequence)
    return chart.draw(session, market, asset, question)
