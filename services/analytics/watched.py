"""The figures of a portfolio that a rule can watch.

They are those of `performance_metrics` and `risk_metrics` by default, as these print them, but
measured against the usual benchmark where it is there.
"""

from decimal import Decimal
from typing import Final

from marshmallow import Schema
from sqlalchemy.orm import Session

from services.analytics.answers import risk
from services.analytics.answers.metrics import Measured
from services.analytics.engine import Engine, Holdings
from services.analytics.schemas.figures import Figure
from services.analytics.schemas.metrics import MetricsSchema
from services.analytics.schemas.risk import ConcentrationSchema, RiskSchema

Figures = dict[str, str | None]

_ASKED: Final = {"risk_free_rate": Decimal(0), "confidence": Decimal("0.95")}


def _only_figures(schema: type[Schema]) -> Schema:
    fields = schema().fields.items()
    return schema(only=[name for name, field in fields if isinstance(field, Figure)])


_METRICS: Final = _only_figures(MetricsSchema)
_RISK: Final = _only_figures(RiskSchema)
_CONCENTRATION: Final = ConcentrationSchema()


def figures(session: Session, engine: Engine, holdings: Holdings) -> Figures:
    """Return every figure by its name; None is not defined."""
    card = holdings.card
    usual = engine.market.benchmark_or_usual(session, None, card.owner_id, card.currency)
    found = risk.measure(session, engine, holdings, usual, _ASKED)
    metrics = Measured(found.report.metrics, card.currency, found.risk_free_rate, usual)
    return {
        **_METRICS.dump(metrics),
        **_RISK.dump(found),
        **_CONCENTRATION.dump(found.report.holdings),
    }
