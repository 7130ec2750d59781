"""The figures of a portfolio that a rule can watch.

They are those of `performance_metrics` and `risk_metrics` by default, as these print them, but
measured against the usual benchmark where it is there.
"""

from decimal import Decimal
from typing import Final

from sqlalchemy.orm import Session

from services.analytics.answers import risk
from services.analytics.domain.figures import CONCENTRATION, METRICS, RISK, texts
from services.analytics.engine import Engine, Holdings

_ASKED: Final = {"risk_free_rate": Decimal(0), "confidence": Decimal("0.95")}


def figures(session: Session, engine: Engine, holdings: Holdings) -> dict[str, str | None]:
    """Return every figure by its name; None is not defined."""
    card = holdings.card
    usual = engine.market.benchmark_or_usual(session, None, card.owner_id, card.currency)
    report = risk.measure(session, engine, holdings, usual, _ASKED).report
    return {
        **texts(METRICS, report.metrics, card.currency),
        **texts(RISK, report, card.currency),
        **texts(CONCENTRATION, report.holdings, card.currency),
    }
