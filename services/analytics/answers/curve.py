"""A portfolio's value through time, beside its benchmark."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from services.analytics.answers import windows
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.metrics import Day
from services.analytics.domain.remarks import remarks
from services.analytics.domain.series import Series
from services.analytics.domain.snapshots import Curve, Interval, draw_curve
from services.analytics.engine import Engine, Holdings, Valued
from services.analytics.market import Benchmark
from shared.finance.lots import CostMethod


@dataclass(frozen=True, slots=True, eq=False)
class Performance:
    """The points of a window; no curve where no day of it has a value."""

    portfolio: int
    currency: str
    interval: Interval
    curve: Curve | None
    benchmark: Benchmark | None
    warnings: list[Warning]

    @property
    def start_date(self) -> Day | None:
        """The day of the first point."""
        return self.curve.days[0] if self.curve else None

    @property
    def end_date(self) -> Day | None:
        """The day of the last point."""
        return self.curve.days[-1] if self.curve else None


def draw(
    session: Session,
    engine: Engine,
    holdings: Holdings,
    benchmark: Benchmark | None,
    asked: Mapping[str, Any],
) -> Performance:
    """Draw the curve of a portfolio.

    Args:
        asked: `interval`, and `start_date` and `end_date` where they are given.
    """
    valued = engine.value(session, holdings)
    levels = windows.levels(session, engine.market, benchmark)
    interval, start = Interval(asked["interval"]), windows.day(asked.get("start_date"))
    curve = draw_curve(
        valued.valuation,
        valued.books,
        CostMethod(holdings.card.cost_basis_method),
        start=start,
        end=windows.day(asked.get("end_date")),
        interval=interval,
        benchmark=levels,
    )
    found = _remarks(valued, curve, start, benchmark, levels)
    card = holdings.card
    return Performance(card.id, card.currency, interval, curve, benchmark, found)


def _remarks(
    valued: Valued,
    curve: Curve | None,
    start: Day | None,
    benchmark: Benchmark | None,
    levels: Series | None,
) -> list[Warning]:
    if curve is None:
        return [warn(name, Code.NO_VALUATION) for name in ("start_date", "end_date", "series")]
    first, last = curve.days[0], curve.days[-1]
    found = windows.about("series.value", remarks(valued.valuation, valued.books, first, last))
    if start is not None and first > start:
        found.append(warn("start_date", Code.HISTORY_STARTS_LATER, day=first))
    if not np.isfinite(curve.returns).all():
        found.append(warn("series.return_percentage", Code.TOTAL_LOSS))
    found += windows.benchmark_remarks(benchmark, levels, first, last)
    name = "series.benchmark_return_percentage"
    if curve.benchmark_returns is None:
        found.append(warn(name, Code.NO_BENCHMARK))
    elif not np.isfinite(curve.benchmark_returns).all():
        found.append(warn(name, Code.BENCHMARK_MISSING, start=first, end=last))
    return found
