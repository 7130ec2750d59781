"""A portfolio's value through time, beside its benchmark."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from sqlalchemy.orm import Session

from services.analytics.answers import windows
from services.analytics.answers.memory.market import Benchmark
from services.analytics.answers.memory.portfolios import Appraisal, Portfolios, WholePortfolio
from services.analytics.answers.questions import CurveQuestion
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.cost import cost_on
from services.analytics.domain.exact import LARGEST_SAID, Statement
from services.analytics.domain.fx import Converted
from services.analytics.domain.metrics import Day
from services.analytics.domain.remarks import remarks_within
from services.analytics.domain.snapshots import Curve, Interval, draw_curve
from services.analytics.domain.track import Request
from shared.finance.lots import CostMethod
from shared.finance.money import minor_unit

Exact = Mapping[int, Decimal | None]


@dataclass(frozen=True, slots=True, eq=False)
class Performance:
    """The points of a window; no curve where no day of it has a value.

    `exact` is the money of those points, by column, that the floats of the curve do not say to the
    minor unit.
    """

    portfolio: int
    currency: str
    interval: Interval
    curve: Curve | None
    benchmark: Benchmark | None
    warnings: list[Warning]
    exact: Mapping[str, Exact] = field(default_factory=dict)

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
    worth = windows.worth(session, portfolios.market, benchmark)
    row = portfolio.row
    curve = draw_curve(
        appraisal.valuation,
        appraisal.books,
        CostMethod(row.cost_basis_method),
        start=question.start,
        end=question.end,
        interval=question.interval,
        benchmark=worth,
    )
    request, first = Request(question.start, question.end), curve.days[0] if curve else None
    of_values = remarks_within(appraisal.valuation, appraisal.books, request, first)
    warnings = portfolio.doubts("series.value") + windows.about("series.value", of_values)
    warnings += _remarks(curve, question.start, benchmark, worth)
    exact = _exact(appraisal, CostMethod(row.cost_basis_method), curve) if curve else {}
    return Performance(row.id, row.currency, question.interval, curve, benchmark, warnings, exact)


def _exact(appraisal: Appraisal, method: CostMethod, curve: Curve) -> dict[str, Exact]:
    valuation, books = appraisal.valuation, appraisal.books
    statement, positions = Statement(valuation, books), np.searchsorted(valuation.days, curve.days)
    unsaid = np.flatnonzero(statement.unsaid(positions, minor_unit(books.currency)))
    large = np.nanmax(curve.cost_basis, initial=0.0) > LARGEST_SAID
    return {
        "value": dict(zip(unsaid.tolist(), statement.worth(positions[unsaid]), strict=True)),
        "cash": dict(enumerate(statement.cash(positions))),
        "cost_basis": dict(enumerate(cost_on(books, method, curve.days))) if large else {},
    }


def _remarks(
    curve: Curve | None,
    start: Day | None,
    benchmark: Benchmark | None,
    worth: Converted | None,
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
    warnings += windows.benchmark_remarks(benchmark, worth, first, last)
    name = "series.benchmark_return_percentage"
    if curve.benchmark_returns is None:
        warnings.append(warn(name, Code.NO_BENCHMARK))
    elif not np.isfinite(curve.benchmark_returns).all():
        warnings.append(warn(name, Code.BENCHMARK_MISSING, start=first, end=last))
    return warnings
