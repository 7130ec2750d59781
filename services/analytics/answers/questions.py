"""What can be asked; None where a request leaves something open that has no usual value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

import numpy as np

from services.analytics.domain.correlation import MIN_OBSERVATIONS
from services.analytics.domain.indicators.names import Indicator
from services.analytics.domain.metrics import Day
from services.analytics.domain.scenarios.catalogue import CATALOGUE
from services.analytics.domain.scenarios.historical import Method
from services.analytics.domain.scenarios.monte_carlo import Model
from services.analytics.domain.snapshots import Interval


@dataclass(frozen=True, kw_only=True)
class Period:
    """From which day to which; None is the first and the last that there is."""

    start_date: date | None = None
    end_date: date | None = None

    @property
    def start(self) -> Day | None:
        """The first day, as one of the arithmetic."""
        return None if self.start_date is None else np.datetime64(self.start_date, "D")

    @property
    def end(self) -> Day | None:
        """The last day, as one of the arithmetic."""
        return None if self.end_date is None else np.datetime64(self.end_date, "D")


@dataclass(frozen=True, kw_only=True)
class MetricsQuestion(Period):
    """What is measured by which riskless rate a year, a fraction, and against what."""

    benchmark: str | None = None
    risk_free_rate: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class CurveQuestion(Period):
    """Which part of a curve, how fine, and beside what."""

    interval: Interval = Interval.DAILY
    benchmark: str | None = None


@dataclass(frozen=True, kw_only=True)
class RiskQuestion(MetricsQuestion):
    """Whose risk, at which confidence, a fraction."""

    portfolio_id: int
    confidence: Decimal = Decimal("0.95")


@dataclass(frozen=True, kw_only=True)
class AllocationQuestion(Period):
    """Which portfolio on the last day, beside which percentages by asset type."""

    portfolio_id: int
    targets: Mapping[str, Decimal] | None = None


class CorrelationMethod(StrEnum):
    """Pearson's correlation of returns, or Spearman's of their ranks."""

    PEARSON = "pearson"
    SPEARMAN = "spearman"


@dataclass(frozen=True, kw_only=True)
class CorrelationQuestion(Period):
    """Which assets, by one of the first three, and how they are correlated."""

    portfolio_id: int | None = None
    symbols: Sequence[str] = ()
    assets: Sequence[int] = ()
    min_observations: int = MIN_OBSERVATIONS
    method: CorrelationMethod = CorrelationMethod.PEARSON


@dataclass(frozen=True, kw_only=True)
class IndicatorQuestion(Period):
    """Which indicators."""

    indicators: Sequence[Indicator]


class ScenarioType(StrEnum):
    """What the shocks come from."""

    HISTORICAL = "historical"
    HYPOTHETICAL = "hypothetical"
    MONTE_CARLO = "monte_carlo"
    REVERSE = "reverse"


# The parameters that one type alone has.
PARAMETERS: Final = {
    ScenarioType.HISTORICAL: ("scenario", "method"),
    ScenarioType.HYPOTHETICAL: ("market_shock", "sector_shock", "asset_shock", "fx_shock"),
    ScenarioType.MONTE_CARLO: ("horizon_days", "simulations", "model", "seed"),
    ScenarioType.REVERSE: ("target_loss",),
}


@dataclass(frozen=True, kw_only=True)
class ScenarioQuestion(Period):
    """Which scenarios for which portfolio; each type has `PARAMETERS` of its own.

    Attributes:
        scenario: ids of the catalogue.
        market_shock, sector_shock, asset_shock, fx_shock, target_loss: fractions.
    """

    portfolio_id: int
    type: ScenarioType = ScenarioType.HISTORICAL
    benchmark: str | None = None
    scenario: Sequence[str] = tuple(CATALOGUE)
    method: Method = Method.REPLAY
    market_shock: Decimal = Decimal(0)
    sector_shock: Mapping[str, Decimal] = field(default_factory=dict)
    asset_shock: Mapping[str, Decimal] = field(default_factory=dict)
    fx_shock: Mapping[str, Decimal] = field(default_factory=dict)
    horizon_days: int = 252
    simulations: int = 10_000
    model: Model = Model.BLOCK_BOOTSTRAP
    seed: int = 42
    target_loss: Decimal = Decimal(0)
