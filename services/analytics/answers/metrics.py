"""The performance metrics of a portfolio or an asset, as they are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from services.analytics.answers import windows
from services.analytics.domain.codes import Warning
from services.analytics.domain.metrics import Metrics
from services.analytics.domain.performance import Track, measure, measure_portfolio
from services.analytics.domain.series import Series, split_adjusted
from services.analytics.engine import Engine, Holdings
from services.analytics.market import Benchmark, Market
from services.analytics.queries import AssetCard


@dataclass(frozen=True, slots=True)
class Measured:
    """Metrics and what they were measured by; `risk_free_rate` is a yearly fraction."""

    metrics: Metrics
    currency: str
    risk_free_rate: Decimal
    benchmark: Benchmark | None

    @property
    def warnings(self) -> list[Warning]:
        """Every remark; a total return that is not defined is two fields of the answer."""
        found = [*self.metrics.warnings]
        if self.metrics.growth.total_return is None:
            named = [remark for remark in found if remark.field == "total_return"]
            found += [replace(remark, field="total_return_percentage") for remark in named]
        return found


def portfolio(
    session: Session,
    engine: Engine,
    holdings: Holdings,
    benchmark: Benchmark | None,
    asked: Mapping[str, Any],
) -> Measured:
    """Measure a portfolio.

    Args:
        asked: `risk_free_rate`, and `start_date` and `end_date` where they are given.
    """
    request = windows.request(asked, holdings.assets)
    key = holdings.card.id, request, benchmark and benchmark.card.id
    basis = holdings.basis, benchmark and benchmark.basis
    metrics = engine.metrics.get(key, basis)
    if metrics is None:
        valued = engine.value(session, holdings)
        levels = windows.levels(session, engine.market, benchmark)
        found = measure_portfolio(valued.valuation, valued.books, request, levels)
        metrics = _remarked(found, benchmark, levels)
        engine.metrics.put(key, basis, metrics)
    return Measured(metrics, holdings.card.currency, asked["risk_free_rate"], benchmark)


def asset(
    session: Session,
    market: Market,
    card: AssetCard,
    benchmark: Benchmark | None,
    asked: Mapping[str, Any],
) -> Measured:
    """Measure one unit of an asset; `asked` as for a portfolio."""
    quotes = market.quotes(session, {card.id: card})[card.id]
    track = Track.of_unit(split_adjusted(quotes.closes, quotes.splits), quotes.closes)
    levels = windows.levels(session, market, benchmark)
    found = measure(track, windows.request(asked, {card.id: card}), levels)
    metrics = _remarked(found, benchmark, levels)
    return Measured(metrics, card.currency, asked["risk_free_rate"], benchmark)


def _remarked(metrics: Metrics, benchmark: Benchmark | None, levels: Series | None) -> Metrics:
    window = metrics.window
    found = windows.benchmark_remarks(benchmark, levels, window.start_date, window.end_date)
    return replace(metrics, warnings=(*found, *metrics.warnings))
