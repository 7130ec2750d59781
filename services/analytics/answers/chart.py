"""Technical indicators of an asset."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from services.analytics.answers.memory.market import Market
from services.analytics.answers.questions import IndicatorQuestion
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.indicators import chart
from services.analytics.domain.metrics import Day
from services.analytics.queries import AssetRow


@dataclass(frozen=True, slots=True, eq=False)
class AssetChart:
    """The indicators of one asset over a window."""

    asset: AssetRow
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


def draw(
    session: Session, market: Market, asset: AssetRow, question: IndicatorQuestion
) -> AssetChart:
    """Compute the indicators of an asset."""
    bars = market.bars(session, asset)
    drawn = chart.draw(bars, question.indicators, question.start, question.end)
    return AssetChart(asset, drawn)
