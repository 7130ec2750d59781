"""The performance metrics of a portfolio or an asset, as they are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.metrics import Day, Metrics
from services.analytics.domain.performance import Request, Track, measure, measure_portfolio
from services.analytics.domain.risk import CRYPTO_DAYS, TRADING_DAYS
from services.analytics.domain.series import Series, split_adjusted
from services.analytics.engine import Engine, Holdings
from services.analytics.market import Benchmark, Cards, Market
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
    request = _request(asked, holdings.assets)
    key = holdings.card.id, request, benchmark and benchmark.card.id
    version = holdings.version, benchmark and benchmark.version
    metrics = engine.metrics.get(key, version)
    if metrics is None:
        valued = engine.value(session, holdings)
        levels = _levels(session, engine.market, benchmark)
        found = measure_portfolio(valued.valuation, valued.books, request, levels)
        metrics = _remarked(found, benchmark, levels)
        engine.metrics.put(key, version, metrics)
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
    levels = _levels(session, market, benchmark)
    found = measure(track, _request(asked, {card.id: card}), levels)
    metrics = _remarked(found, benchmark, levels)
    return Measured(metrics, card.currency, asked["risk_free_rate"], benchmark)


def _levels(session: Session, market: Market, benchmark: Benchmark | None) -> Series | None:
    return market.levels(session, benchmark) if benchmark else None


def _request(asked: Mapping[str, Any], assets: Cards) -> Request:
    kinds = {card.asset_type for card in assets.values()}
    return Request(
        _day(asked.get("start_date")),
        _day(asked.get("end_date")),
        float(asked["risk_free_rate"]),
        CRYPTO_DAYS if kinds == {"CRYPTO"} else TRADING_DAYS,
    )


def _day(day: date | None) -> Day | None:
    return None if day is None else np.datetime64(day, "D")


def _remarked(metrics: Metrics, benchmark: Benchmark | None, levels: Series | None) -> Metrics:
    """Say where in the window no rate turns the benchmark into the currency."""
    first, last = metrics.window.start_date, metrics.window.end_date
    if benchmark is None or levels is None or first is None or last is None:
        return metrics
    part = levels.between(first, last)
    unknown = part.days[np.isnan(part.values)]
    if not len(unknown):
        return metrics
    pair = f"{benchmark.card.currency} to {benchmark.currency}"
    remark = warn("benchmark", Code.RATE_MISSING, pair=pair, day=unknown[-1])
    return replace(metrics, warnings=(remark, *metrics.warnings))
