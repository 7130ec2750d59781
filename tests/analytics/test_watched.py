"""What a rule can watch is what analytics measures, whoever keeps the list."""

from services.analytics.domain.figures import CONCENTRATION, METRICS, RISK
from shared.finance.figures import WATCHABLE


def test_every_single_figure_can_be_watched_and_nothing_else() -> None:
    # A portfolio's value is no figure of this list: there are kinds of rules for it alone.
    assert {*METRICS, *RISK, *CONCENTRATION} == {*WATCHABLE, "value"}
    assert len(WATCHABLE) == len(set(WATCHABLE))
