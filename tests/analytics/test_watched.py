"""What a rule can watch is what analytics measures, whoever keeps the list."""

from services.analytics.schemas.figures import Figure
from services.analytics.schemas.metrics import MetricsSchema
from services.analytics.schemas.risk import ConcentrationSchema, RiskSchema
from shared.finance.figures import WATCHABLE


def test_every_single_figure_can_be_watched_and_nothing_else() -> None:
    schemas = MetricsSchema(), RiskSchema(), ConcentrationSchema()
    single = {
        name
        for schema in schemas
        for name, field in schema.fields.items()
        if isinstance(field, Figure)
    }
    # A portfolio's value is no figure of this list: there are kinds of rules for it alone.
    assert single == {*WATCHABLE, "value"}
    assert len(WATCHABLE) == len(set(WATCHABLE))
