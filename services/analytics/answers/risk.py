"""The risk of a portfolio."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from services.analytics.answers import windows
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.risk_report import RiskReport, report
from services.analytics.engine import Engine, Holdings
from services.analytics.market import Benchmark


@dataclass(frozen=True, slots=True)
class Risk:
    """A report and what it was measured by; rate and confidence are fractions."""

    report: RiskReport
    portfolio: int
    currency: str
    risk_free_rate: Decimal
    confidence: Decimal
    benchmark: Benchmark | None
    benchmark_warnings: list[Warning]

    @property
    def warnings(self) -> list[Warning]:
        """Every remark."""
        lasting = any(fall.recovery is None for fall in self.report.falls)
        unrecovered = [warn("drawdowns.recovery", Code.NOT_RECOVERED)] if lasting else []
        return [*self.benchmark_warnings, *self.report.warnings, *unrecovered]


def measure(
    session: Session,
    engine: Engine,
    holdings: Holdings,
    benchmark: Benchmark | None,
    asked: Mapping[str, Any],
) -> Risk:
    """Measure the risk of a portfolio.

    Args:
        asked: `risk_free_rate`, `confidence`, and `start_date` and `end_date` where they are
            given.
    """
    levels = windows.levels(session, engine.market, benchmark)
    request, confidence = windows.request(asked, holdings.assets), asked["confidence"]
    key = holdings.card.id, request, confidence, benchmark and benchmark.card.id
    basis = holdings.basis, benchmark and benchmark.basis
    found = engine.reports.get(key, basis)
    if found is None:
        valued = engine.value(session, holdings)
        found = report(valued.valuation, valued.books, request, levels, float(confidence))
        engine.reports.put(key, basis, found)
    window = found.metrics.window
    return Risk(
        found,
        holdings.card.id,
        holdings.card.currency,
        asked["risk_free_rate"],
        confidence,
        benchmark,
        windows.benchmark_remarks(benchmark, levels, window.start_date, window.end_date),
    )
