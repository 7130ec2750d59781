"""What would happen to a portfolio: in past windows, under shocks, in simulated futures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from services.analytics.answers import windows
from services.analytics.answers.memory.market import Benchmark
from services.analytics.answers.memory.portfolios import Portfolios, WholePortfolio
from services.analytics.answers.questions import ScenarioQuestion, ScenarioType
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.fx import Converted
from services.analytics.domain.metrics import Day
from services.analytics.domain.remarks import remarks_on
from services.analytics.domain.scenarios import monte_carlo, outcome
from services.analytics.domain.scenarios.catalogue import CATALOGUE
from services.analytics.domain.scenarios.historical import historical
from services.analytics.domain.scenarios.holdings import Holdings, holdings_on
from services.analytics.domain.scenarios.hypothetical import Assumptions, hypothetical
from services.analytics.domain.scenarios.monte_carlo import Simulation
from services.analytics.domain.scenarios.outcome import Outcome, Scenario, Source
from services.analytics.domain.scenarios.reverse import reverse
from services.analytics.domain.series import decimal, is_figure
from shared.finance.allocation import PERCENT_PLACES
from shared.finance.apportionment import apportion, exact_sum
from shared.finance.money import EXACT, ZERO, round_money

_NO_RESULT: Final = frozenset(
    {Code.UNMODELLED, Code.NO_SIMULATION, Code.SPARSE_PRICES, Code.TOO_LARGE}
)


@dataclass(frozen=True, slots=True)
class Futures:
    """Simulated futures, in a currency."""

    simulation: Simulation
    currency: str


@dataclass(frozen=True, slots=True)
class ScenarioAnswer:
    """One scenario, and the futures of a simulation; figures are not rounded but for money."""

    scenario: Scenario
    futures: Futures | None = None

    @property
    def coverage(self) -> dict[Source, Decimal] | None:
        """The part of what is invested by the source of its move, 0 for the other sources.

        Rounded, so that all sum to 1.
        """
        coverage = self.scenario.outcome.coverage
        parts = apportion([decimal(part) for part in coverage.values()], PERCENT_PLACES)
        sources = dict.fromkeys(Source, ZERO) | dict(zip(coverage, parts, strict=True))
        return sources if coverage else None

    @property
    def warnings(self) -> list[Warning]:
        """Every remark; without a result that of each figure is why there is none."""
        warnings, result = [*self.scenario.warnings], self.scenario.outcome
        reasons = [remark for remark in warnings if remark.code in _NO_RESULT]
        for name in ("portfolio_return", "pnl", "value_after"):
            if getattr(result, name) is None:
                warnings += windows.about(name, reasons or [warn(name, Code.NOTHING_TO_DIVIDE)])
        return warnings


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the scenarios do to what is held on `as_of`; no value where that is not known."""

    portfolio: int
    currency: str
    benchmark: Benchmark | None
    as_of: Day | None = None
    portfolio_value: Decimal | None = None
    scenarios: list[ScenarioAnswer] = field(default_factory=list)
    remarks: list[Warning] = field(default_factory=list)

    @property
    def warnings(self) -> list[Warning]:
        """Every remark on the whole."""
        return self.remarks if self.worst else [*self.remarks, warn("worst", Code.NO_RESULT)]

    @property
    def worst(self) -> Scenario | None:
        """The scenario that ends lowest, if one has a result."""
        return outcome.worst([answer.scenario for answer in self.scenarios])


def analyse(
    session: Session,
    portfolios: Portfolios,
    portfolio: WholePortfolio,
    benchmark: Benchmark | None,
    question: ScenarioQuestion,
) -> Analysis:
    """Apply scenarios to what a portfolio holds at the end of the window.

    Args:
        benchmark: betas are measured against it; None leaves them unknown.
        question: its first day is that of the history that a simulation draws from.
    """
    appraisal, row = portfolios.appraise(session, portfolio), portfolio.row
    worth = portfolios.market.worth(session, benchmark) if benchmark else None
    levels = windows.levels(session, portfolios.market, benchmark)
    sectors = {asset.id: asset.sector for asset in portfolio.assets.values()}
    holdings = holdings_on(appraisal.valuation, appraisal.books, sectors, levels, question.end)
    doubts = portfolio.doubts("portfolio_value")
    if holdings is None:
        missing = [warn(name, Code.NO_VALUATION) for name in ("as_of", "portfolio_value")]
        return Analysis(row.id, row.currency, benchmark, remarks=doubts + missing)
    of_value = remarks_on(appraisal.valuation, appraisal.books, holdings.as_of)
    return Analysis(
        row.id,
        row.currency,
        benchmark,
        holdings.as_of,
        _worth(holdings),
        _SCENARIOS[question.type](holdings, worth, question),
        doubts + windows.about("portfolio_value", of_value),
    )


def _historical(
    holdings: Holdings, benchmark: Converted | None, question: ScenarioQuestion
) -> list[ScenarioAnswer]:
    method = question.method
    return [
        ScenarioAnswer(historical(holdings, CATALOGUE[name], benchmark, method))
        for name in question.scenario
    ]


def _hypothetical(
    holdings: Holdings, _: Converted | None, question: ScenarioQuestion
) -> list[ScenarioAnswer]:
    assumptions = Assumptions(
        float(question.market_shock),
        _fractions(question.sector_shock),
        _fractions(question.asset_shock),
        _fractions(question.fx_shock),
    )
    return [ScenarioAnswer(hypothetical(holdings, assumptions))]


def _fractions(shocks: Mapping[str, Decimal]) -> dict[str, float]:
    return {name: float(shock) for name, shock in shocks.items()}


def _reverse(
    holdings: Holdings, _: Converted | None, question: ScenarioQuestion
) -> list[ScenarioAnswer]:
    return [ScenarioAnswer(reverse(holdings, float(question.target_loss)))]


def _monte_carlo(
    holdings: Holdings, _: Converted | None, question: ScenarioQuestion
) -> list[ScenarioAnswer]:
    returns, left_out, sparse = monte_carlo.history(holdings, question.start)
    simulation = monte_carlo.simulate(
        returns,
        holdings.value,
        horizon_days=question.horizon_days,
        simulations=question.simulations,
        model=question.model,
        seed=question.seed,
    )
    warnings = []
    if left_out:
        warnings.append(warn("simulation", Code.LEFT_OUT, symbols=", ".join(left_out)))
    if sparse is not None:
        warnings.append(warn("simulation", Code.SPARSE_PRICES, periods=f"{sparse:.2f}"))
    elif simulation is None:
        facts = {"least": monte_carlo.LEAST_OBSERVATIONS, "count": len(returns)}
        warnings.append(warn("simulation", Code.NO_SIMULATION, **facts))
    elif not simulation.is_printable:
        warnings.append(warn("simulation", Code.TOO_LARGE))
    scenario = Scenario(
        "monte_carlo",
        "Simulated futures",
        ScenarioType.MONTE_CARLO,
        question.model,
        None,
        None,
        _mean_outcome(holdings, simulation),
        tuple(warnings),
    )
    futures = None if simulation is None else Futures(simulation, holdings.currency)
    return [ScenarioAnswer(scenario, futures)]


def _worth(holdings: Holdings) -> Decimal:
    """Return the rounded sum of all parts: a sum of floats would depend on their order."""
    parts = [*(exposure.value for exposure in holdings.exposures), holdings.cash]
    return round_money(exact_sum(decimal(part) for part in parts), holdings.currency)


def _mean_outcome(holdings: Holdings, simulation: Simulation | None) -> Outcome:
    """Return the mean of all futures as an outcome; no position's part in it is known."""
    value = _worth(holdings)
    growth = np.nan if simulation is None else simulation.mean / holdings.value - 1.0
    if simulation is None or not (is_figure(simulation.mean) and is_figure(growth)):
        return Outcome(value, None, None, None, (), (), {})
    after = round_money(decimal(simulation.mean), holdings.currency)
    return Outcome(value, growth, EXACT.subtract(after, value), after, (), (), {})


_SCENARIOS: Final = {
    ScenarioType.HISTORICAL: _historical,
    ScenarioType.HYPOTHETICAL: _hypothetical,
    ScenarioType.MONTE_CARLO: _monte_carlo,
    ScenarioType.REVERSE: _reverse,
}
