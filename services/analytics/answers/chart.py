"""Technical indicators of an asset."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from services.analytics.answers import windows
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.indicators import chart
from services.analytics.domain.metrics import Day
from services.analytics.market import Market
from services.analytics.queries import AssetCard


@dataclass(frozen=True, slots=True, eq=False)
class Charted:
    """The indicators of one asset over a window."""

    card: AssetCard
    chart: chart.Chart

    @property
    def start_date(self) -> Day | None:
        """The first day of the window that has a price."""
        return self.chart.days[0] if len(self.chart.days) else None

    @property
    def end_date(self) -> Day | None:
        """The last day of the window that has a price."""
        return self.chart.days[-1] if len(self.chart.days) else None

    @property
    def warnings(self) -> list[Warning]:
        """Every remark."""
        empty = () if len(self.chart.days) else ("start_date", "end_date")
        return [*(warn(name, Code.NO_VALUATION) for name in empty), *self.chart.warnings]


def draw(session: Session, market: Market, card: AssetCard, asked: Mapping[str, Any]) -> Charted:
    """Compute the indicators of an asset.

    Args:
        asked: `indicators`, and `start_date` and `end_date` where they are given.
    """
    bars = market.bars(session, card)
    start, end = (windows.day(asked.get(name)) for name in ("start_date", "end_date"))
    return Charted(card, chart.draw(bars, asked["indicators"], start, end))
