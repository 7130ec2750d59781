"""Performance metrics and risk metrics of a window, as they are printed.

Readings taken where the definitions are silent:

- Fewer than two returns: no statistic of them at all.
- Where debts ended the series nothing that rests on its returns is known.
- A stretch between common days with a day on which nothing was invested, or left, has no return.
- Joined days are fewer than the observations, and p with them.
- A common day is an observation day on which the benchmark has a close; the benchmark's base may
  be older than the window's, and where it has none the first common day is the base.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from tests.model import measures
from tests.model.days import Window
from tests.model.holdings import Holdings
from tests.model.ledger import Known
from tests.model.market import Asset
from tests.model.measures import Real, deviation, mean, ratio
from tests.model.observations import Observations
from tests.model.positions import money
from tests.model.printing import Printed
from tests.model.returns import (
    Factor,
    annualized,
    benchmark_value,
    decimal,
    linked,
    money_weighted,
    total,
)

HUNDRED = Decimal(100)
LEVELS = ((5, "LOW"), (15, "MODERATE"), (25, "HIGH"))


def hundred(value: Real | Known, places: int = 2) -> Printed:
    """Return a part as percent."""
    return number(None if value is None else 100 * value, places)


def number(value: Real | Known, places: int = 2) -> Printed:
    """Return a number with its decimals, computed in binary by the service."""
    return Printed(value, places, is_float=True)


def times(one: Real, other: Real) -> Real:
    """Return a product of what is defined."""
    return None if one is None or other is None else one * other


@dataclass(frozen=True)
class Report:
    """All figures of a window."""

    window: Window
    benchmark: Asset | None
    risk_free_rate: Decimal
    confidence: Fraction

    @cached_property
    def observations(self) -> Observations:
        """The returns between observation days."""
        return Observations(self.window)

    @cached_property
    def returns(self) -> list[Decimal]:
        """The returns, fewer than two of which say nothing."""
        return [decimal(value) for _, value in self.observations.returns]

    @property
    def says(self) -> bool:
        """Whether there are enough returns."""
        return len(self.returns) >= 2

    @cached_property
    def p(self) -> Decimal:
        """Periods a year."""
        return decimal(self.observations.periods)

    def riskless(self, p: Decimal) -> Decimal:
        """Return the riskless rate of one of p periods a year."""
        return (1 + self.risk_free_rate) ** (1 / p) - 1 if self.risk_free_rate else Decimal(0)

    @property
    def excess(self) -> list[Decimal]:
        """Returns over the riskless rate."""
        return [value - self.riskless(self.p) for value in self.returns]

    @cached_property
    def volatility(self) -> Real:
        """A year's deviation."""
        return deviation(self.returns) * self.p.sqrt() if self.says else None

    @cached_property
    def downside(self) -> Real:
        """A year's downside deviation."""
        return measures.downside(self.excess) * self.p.sqrt() if self.says else None

    @cached_property
    def levels(self) -> list[tuple[date, Fraction]]:
        """What one unit became by each observation day, the base's day first."""
        level = Fraction(1)
        found = [(self.window.base, level)]
        for day, value in self.observations.returns:
            level *= 1 + value
            found.append((day, level))
        return found

    @cached_property
    def falls(self) -> list[measures.Fall] | None:
        """All falls; None where debts ended the series."""
        return None if self.observations.chain.ended else measures.falls(self.levels)

    def tail(self, part: Fraction, *, beyond: bool = False) -> Real:
        """Return the quantile of a day's returns, or the mean beyond it; None if sparse."""
        if not self.says or self.observations.is_sparse:
            return None
        return (measures.tail_mean if beyond else measures.quantile)(self.returns, part)

    def metrics(self) -> dict[str, Any]:
        """Return the printed metrics."""
        sharpe = sortino = None
        if self.says:
            sharpe = ratio(mean(self.excess) * self.p.sqrt(), deviation(self.excess))
            sortino = ratio(mean(self.excess) * self.p, self.downside)
        gain, yearly, deepest = total(self.window), annualized(self.window), self._deepest()
        drawdown = self._drawdown()
        calmar = None
        if yearly is not None and drawdown:
            calmar = ratio(yearly, decimal(-drawdown))
        low, beyond = self.tail(Fraction(5, 100)), self.tail(Fraction(5, 100), beyond=True)
        return {
            "total_return": hundred(gain, 4),
            "total_return_percentage": hundred(gain),
            "annualized_return": hundred(yearly),
            "volatility": hundred(self.volatility),
            "sharpe_ratio": number(sharpe),
            "max_drawdown": hundred(drawdown),
            "var_95": self._money(low),
            "sortino_ratio": number(sortino),
            "calmar_ratio": number(calmar),
            "start_date": self.window.base.isoformat(),
            "end_date": self.window.end.isoformat(),
            "days_analyzed": self.window.length,
            "observations": len(self.returns),
            "money_weighted_return": hundred(money_weighted(self.window)),
            "cvar_95": self._money(beyond),
            "var_95_percentage": hundred(low),
            "max_drawdown_peak": deepest and deepest.peak.isoformat(),
            "max_drawdown_trough": deepest and deepest.trough.isoformat(),
            "max_drawdown_recovery": deepest and deepest.recovery and deepest.recovery.isoformat(),
            **self._against(),
        }

    def risk(self) -> dict[str, Any]:
        """Return the printed risk."""
        part = 1 - self.confidence
        skewness, kurtosis = None, None
        if self.says:
            skewness = measures.standardised(self.returns, 3)
            fourth = measures.standardised(self.returns, 4)
            kurtosis = None if fourth is None else fourth - 3
        ulcer = None
        if self.falls is not None and self.returns:
            ulcer = mean([d**2 for d in measures.depths(self.levels)]).sqrt()
        against = self._against()
        return {
            "value": money(self.window.value, self._currency, is_float=True),
            "volatility": hundred(self.volatility),
            "downside_deviation": hundred(self.downside),
            "var": self._var(part, skewness, kurtosis),
            "cvar": self._money(self.tail(part, beyond=True)),
            "var_99": self._money(self.tail(Fraction(1, 100))),
            "cvar_99": self._money(self.tail(Fraction(1, 100), beyond=True)),
            "max_drawdown": hundred(self._drawdown()),
            "drawdowns": [_printed(fall) for fall in (self.falls or [])[:5]],
            "ulcer_index": hundred(ulcer),
            "skewness": number(skewness),
            "excess_kurtosis": number(kurtosis),
            "risk_level": self._risk_level(),
            "start_date": self.window.base.isoformat(),
            "end_date": self.window.end.isoformat(),
            "observations": len(self.returns),
            **{name: against[name] for name in against if name != "alpha"},
            **self._captures(),
            **Holdings(self.observations, self.confidence).printed(),
        }

    def _var(self, part: Fraction, skewness: Real, kurtosis: Real) -> dict[str, Printed]:
        parametric = cornish_fisher = None
        if self.says and not self.observations.is_sparse:
            z, size = measures.normal(part), deviation(self.returns)
            parametric = mean(self.returns) + z * size
            if skewness is not None and kurtosis is not None:
                bent = measures.bent(z, skewness, kurtosis)
                cornish_fisher = mean(self.returns) + bent * size
        return {
            "historical": self._money(self.tail(part)),
            "parametric": self._money(parametric),
            "cornish_fisher": self._money(cornish_fisher),
        }

    @cached_property
    def common(self) -> list[tuple[Decimal, Decimal]]:
        """Both returns between the days that portfolio and benchmark have in common."""
        return [pair for pair, _ in self._joints]

    @property
    def joined(self) -> int:
        """How many observations the common returns are made of."""
        return sum(count for _, count in self._joints)

    @cached_property
    def _joints(self) -> list[tuple[tuple[Decimal, Decimal], int]]:
        if self.benchmark is None or self.observations.chain.ended:
            return []
        course = self.window.course
        before = benchmark_value(course, self.benchmark, self.window.base)
        joints, stretch = [], list[Factor]()
        for factor in self.observations.factors:
            stretch.append(factor)
            if factor.day not in self.benchmark.closes.by_day:
                continue
            now = benchmark_value(course, self.benchmark, factor.day)
            is_whole = all(each.value for each in stretch) or (
                len(stretch) == 1 and factor.value is not None
            )
            if before and now and is_whole:
                pair = decimal(linked(stretch) - 1), decimal(now / before - 1)
                joints.append((pair, len(stretch)))
            before, stretch = now, []
        return joints

    def _against(self) -> dict[str, Printed]:
        names = ("beta", "alpha", "tracking_error", "information_ratio", "r_squared")
        if len(self.common) < 2:
            return {name: Printed(None, 2) for name in names}
        ours, theirs = ([pair[n] for pair in self.common] for n in (0, 1))
        both, variance = measures.covariance(ours, theirs), deviation(theirs) ** 2
        beta = ratio(both, variance)
        p = self.p * len(self.common) / self.joined
        alpha = None
        if beta is not None:
            free = self.riskless(p)
            alpha = p * (mean(ours) - free - beta * (mean(theirs) - free))
        gaps = [one - other for one, other in self.common]
        error = deviation(gaps) * p.sqrt()
        squared = ratio(both**2, variance * deviation(ours) ** 2)
        return {
            "beta": number(beta),
            "alpha": hundred(alpha),
            "tracking_error": hundred(error),
            "information_ratio": number(ratio(mean(gaps) * p, error)),
            "r_squared": number(squared),
        }

    def _captures(self) -> dict[str, Printed]:
        captures = {}
        for name, sign in (("up_capture", 1), ("down_capture", -1)):
            ours = theirs = Decimal(1)
            for one, other in self.common:
                if other * sign > 0:
                    ours, theirs = ours * (1 + one), theirs * (1 + other)
            ended = self.observations.chain.ended or not self.common
            captures[name] = number(None if ended else ratio(ours - 1, theirs - 1))
        return captures

    def _money(self, part: Real) -> Printed:
        """Return a part of the value as money; what is worth nothing risks none."""
        if part is None or self.window.value <= 0:
            return Printed(None, 2)
        return money(Fraction(part) * self.window.value, self._currency, is_float=True)

    def _deepest(self) -> measures.Fall | None:
        return self.falls[0] if self.falls else None

    def _drawdown(self) -> Known:
        if self.falls is None or not self.returns:
            return None
        return self.falls[0].depth if self.falls else Fraction(0)

    def _risk_level(self) -> str | None:
        if self.volatility is None:
            return None
        names = [name for most, name in LEVELS if self.volatility * 100 < most]
        return names[0] if names else "VERY_HIGH"

    @property
    def _currency(self) -> str:
        return self.window.course.ledger.currency


def _printed(fall: measures.Fall) -> dict[str, Any]:
    return {
        "depth": hundred(fall.depth),
        "peak": fall.peak.isoformat(),
        "trough": fall.trough.isoformat(),
        "recovery": fall.recovery and fall.recovery.isoformat(),
    }
