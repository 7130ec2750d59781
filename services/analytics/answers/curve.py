"""A portfolio's value through time, beside its benchmark."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from services.analytics.answers import windows
from services.analytics.answers.memory.market import Benchmark
from services.analytics.answers.memory.portfolios import Portfolios, WholePortfolio
from services.analytics.answers.questions import CurveQuestion
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.metrics import Day
from services.analytics.domain.remarks import remarks_within
from services.analytics.domain.series import Series
from services.analytics.domain.snapshots import Curve, Interval, draw_curve
from services.analytics.domain.track import Request
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
    portfolios: Portfolios,
    portfolio: WholePortfolio,
    benchmark: Benchmark | None,
    question: CurveQuestion,
) -> Performance:
    """Draw the curve of a portfolio."""
    appraisal = portfolios.appraise(session, portfolio)
    levels = windows.levels(session, portfolios.market, benchmark)
    row = portfolio.row
    curve = draw_curve(
        appraisal.valuation,
        appraisal.books,
        CostMethod(row.cost_basis_method),
        start=question.start,
        end=question.end,
        interval=question.interval,
        benchmark=levels,
    )
    request, first = Request(question.start, question.end), curve.days[0] if curve else None
    of_values = remarks_within(appraisal.valuation, appraisal.books, request, first)
    warnings = portfolio.doubts("series.value") + windows.about("series.value", of_values)
    warnings += _remarks(curve, question.start, benchmark, levels)
    return Performance(row.id, row.currency, question.interval, curve, benchmark, warnings)


def _remarks(
    curve: Curve | None,
    start: Day | None,
    benchmark: Benchmark | None,
    levels: Series | None,
) -> list[Warning]:
    if curve is None:
        return [warn(name, Code.NO_VALUATION) for name in ("start_date", "end_date", "series")]
    first, last = curve.days[0], curve.days[-1]
    warnings = []
    if start is not None and first > start:
        warnings.append(warn("start_date", Code.HISTORY_STARTS_LATER, day=first))
    if len(curve.skipped):
        facts = {"count": len(curve.skipped), "day": curve.skipped[0]}
        warnings.append(warn("series.return_percentage", Code.ZERO_DENOMINATOR, **facts))
    if not np.isfinite(curve.returns).all():
        warnings.append(warn("series.return_percentage", Code.TOTAL_LOSS))
    warnings += windows.benchmark_remarks(benchmark, levels, first, last)
    name = "series.benchmark_return_percentage"
    if curve.benchmark_returns is None:
        warnings.append(warn(name, Code.NO_BENCHMARK))
    elif not np.isfinite(curve.benchmark_returns).all():
        warnings.append(warn(name, Code.BENCHMARK_MISSING, start=first, end=last))
    return warnings
