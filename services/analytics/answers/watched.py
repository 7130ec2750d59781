"""The figures of a portfolio that a rule can watch.

They are those of `performance_metrics` and `risk_metrics` by default, as these print them, but
measured against the usual benchmark where it is there.
"""

from sqlalchemy.orm import Session

from services.analytics.answers import risk
from services.analytics.answers.memory.portfolios import Portfolios, WholePortfolio
from services.analytics.answers.questions import RiskQuestion
from services.analytics.domain.figures import CONCENTRATION, METRICS, RISK, texts


def figures(
    session: Session, portfolios: Portfolios, portfolio: WholePortfolio
) -> dict[str, str | None]:
    """Return every figure by its name; None is not defined."""
    row = portfolio.row
    usual = portfolios.market.benchmark_or_usual(None, row.owner_id, row.currency)
    question = RiskQuestion(portfolio_id=row.id)
    report = risk.measure(session, portfolios, portfolio, usual, question).report
    return {
        **texts(METRICS, report.metrics, row.currency),
        **texts(RISK, report, row.currency),
        **texts(CONCENTRATION, report.holdings, row.currency),
    }
