"""The performance metrics of a portfolio or an asset."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from services.analytics.answers import windows
from services.analytics.answers.memory.market import Benchmark, Market
from services.analytics.answers.memory.portfolios import Portfolios, WholePortfolio
from services.analytics.answers.questions import MetricsQuestion
from services.analytics.domain.codes import Warning
from services.analytics.domain.fx import Converted
from services.analytics.domain.metrics import Metrics
from services.analytics.domain.performance import measure, measure_portfolio
from services.analytics.domain.track import Track
from services.analytics.queries import AssetRow


@dataclass(frozen=True, slots=True)
class Measurement:
    """Metrics and what they were measured by; `risk_free_rate` is a yearly fraction."""

    metrics: Metrics
    currency: str
    risk_free_rate: Decimal
    benchmark: Benchmark | None

    @property
    def warnings(self) -> list[Warning]:
        """Every remark; a total return that is not defined is two fields of the answer."""
        warnings = [*self.metrics.warnings]
        if self.metrics.growth.total_return is None:
            of_return = [remark for remark in warnings if remark.field == "total_return"]
            warnings += windows.about("total_return_percentage", of_return)
        return warnings


def portfolio(
    session: Session,
    portfolios: Portfolios,
    whole: WholePortfolio,
    benchmark: Benchmark | None,
    question: MetricsQuestion,
) -> Measurement:
    """Measure a portfolio."""
    request = windows.request(question)
    key = whole.row.id, request, benchmark and benchmark.asset.id
    basis = whole.basis, benchmark and benchmark.basis
    metrics = portfolios.metrics.get(key, basis)
    if metrics is None:
        appraisal = portfolios.appraise(session, whole)
        worth = windows.worth(session, portfolios.market, benchmark)
        measured = measure_portfolio(appraisal.valuation, appraisal.books, request, worth)
        metrics = _remarked(measured, benchmark, worth, whole.doubts("total_return"))
        portfolios.metrics.put(key, basis, metrics)
    return Measurement(metrics, whole.row.currency, question.risk_free_rate, benchmark)


def asset(
    session: Session,
    market: Market,
    row: AssetRow,
    benchmark: Benchmark | None,
    question: MetricsQuestion,
) -> Measurement:
    """Measure one unit of an asset."""
    quotes = market.quotes(session, {row.id: row})[row.id]
    worth = windows.worth(session, market, benchmark)
    measured = measure(Track.of_unit(quotes), windows.request(question), worth)
    metrics = _remarked(measured, benchmark, worth)
    return Measurement(metrics, row.currency, question.risk_free_rate, benchmark)


def _remarked(
    metrics: Metrics,
    benchmark: Benchmark | None,
    worth: Converted | None,
    doubts: Sequence[Warning] = (),
) -> Metrics:
    window = metrics.window
    first, last = window.start_date, window.end_date
    of_benchmark = windows.benchmark_remarks(benchmark, worth, first, last)
    return replace(metrics, warnings=(*doubts, *of_benchmark, *metrics.warnings))
