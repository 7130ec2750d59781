"""The risk of a portfolio."""

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from sqlalchemy.orm import Session

from services.analytics.answers import windows
from services.analytics.answers.memory.market import Benchmark
from services.analytics.answers.memory.portfolios import Appraisal, Portfolios, WholePortfolio
from services.analytics.answers.questions import RiskQuestion
from services.analytics.domain import risk_report
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.exact import Statement, floats
from services.analytics.domain.risk_report import RiskReport


@dataclass(frozen=True, slots=True)
class Risk:
    """A report and what it was measured by; rate and confidence are fractions."""

    report: RiskReport
    portfolio: int
    currency: str
    risk_free_rate: Decimal
    confidence: Decimal
    benchmark: Benchmark | None
    doubts: list[Warning]

    @property
    def warnings(self) -> list[Warning]:
        """Every remark."""
        lasting = any(fall.recovery is None for fall in self.report.falls)
        unrecovered = [warn("drawdowns.recovery", Code.NOT_RECOVERED)] if lasting else []
        return [*self.doubts, *self.report.warnings, *unrecovered]


def measure(
    session: Session,
    portfolios: Portfolios,
    portfolio: WholePortfolio,
    benchmark: Benchmark | None,
    question: RiskQuestion,
) -> Risk:
    """Measure the risk of a portfolio."""
    worth = windows.worth(session, portfolios.market, benchmark)
    request, confidence = windows.request(question), question.confidence
    key = portfolio.row.id, request, confidence, benchmark and benchmark.asset.id
    basis = portfolio.basis, benchmark and benchmark.basis
    report = portfolios.reports.get(key, basis)
    if report is None:
        appraisal = portfolios.appraise(session, portfolio)
        report = risk_report.report(
            appraisal.valuation, appraisal.books, request, worth, float(confidence)
        )
        report = _to_the_cent(report, appraisal)
        portfolios.reports.put(key, basis, report)
    window = report.metrics.window
    of_benchmark = windows.benchmark_remarks(benchmark, worth, window.start_date, window.end_date)
    return Risk(
        report,
        portfolio.row.id,
        portfolio.row.currency,
        question.risk_free_rate,
        confidence,
        benchmark,
        portfolio.doubts("var") + of_benchmark,
    )


def _to_the_cent(report: RiskReport, appraisal: Appraisal) -> RiskReport:
    """Return a report whose value is that of the ledger's decimals."""
    end, valuation = report.metrics.window.end_date, appraisal.valuation
    if end is None:
        return report
    position = np.searchsorted(valuation.days, np.array([end]))
    [value] = floats(Statement(valuation, appraisal.books).worth(position)).tolist()
    return replace(report, value=value)
