"""The figures of a window, by group; fractions and money, not yet rounded."""

from dataclasses import dataclass, field

import numpy as np

from services.analytics.domain.codes import Warning

Day = np.datetime64


@dataclass(frozen=True, slots=True)
class Window:
    """The effective window: base and last valuation, calendar days and daily returns between."""

    start_date: Day | None = None
    end_date: Day | None = None
    days_analyzed: int = 0
    observations: int = 0


@dataclass(frozen=True, slots=True)
class Growth:
    """Returns as fractions: 0.25 is 25 %."""

    total_return: float | None = None
    annualized_return: float | None = None
    money_weighted_return: float | None = None


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Volatility and percentages as fractions, ``var_95`` and ``cvar_95`` as money."""

    volatility: float | None = None
    sharpe_ratio: float | None = None
    sortino_ratio: float | None = None
    var_95: float | None = None
    var_95_percentage: float | None = None
    cvar_95: float | None = None


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall as a fraction ≤ 0, its days, and the return it is set against."""

    max_drawdown: float | None = None
    calmar_ratio: float | None = None
    max_drawdown_peak: Day | None = None
    max_drawdown_trough: Day | None = None
    max_drawdown_recovery: Day | None = None


@dataclass(frozen=True, slots=True)
class Relative:
    """Measures against the benchmark on common days; alpha and tracking error as fractions."""

    beta: float | None = None
    alpha: float | None = None
    r_squared: float | None = None
    tracking_error: float | None = None
    information_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Metrics:
    """All figures; one that is not defined is None, and a warning says why."""

    window: Window = field(default=Window())
    growth: Growth = field(default=Growth())
    dispersion: Dispersion = field(default=Dispersion())
    drawdown: Drawdown = field(default=Drawdown())
    relative: Relative = field(default=Relative())
    warnings: tuple[Warning, ...] = ()
