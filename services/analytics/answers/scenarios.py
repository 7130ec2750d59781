"""What would happen to a portfolio: in past windows, under shocks, in simulated futures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import numpy as np
from sqlalchemy.orm import Session

from services.analytics.answers import windows
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.metrics import Day
from services.analytics.domain.remarks import remarks_on
from services.analytics.domain.scenarios import monte_carlo, outcome
from services.analytics.domain.scenarios.catalogue import CATALOGUE
from services.analytics.domain.scenarios.historical import Method, historical
from services.analytics.domain.scenarios.holdings import Holdings as Held
from services.analytics.domain.scenarios.holdings import holdings_on
from services.analytics.domain.scenarios.hypothetical import Assumptions, hypothetical
from services.analytics.domain.scenarios.monte_carlo import Model, Simulation
from services.analytics.domain.scenarios.outcome import Outcome, Scenario, Source
from services.analytics.domain.scenarios.reverse import reverse
from services.analytics.domain.series import Series, decimal, is_figure
from services.analytics.engine import Engine, Holdings
from services.analytics.market import Benchmark
from shared.finance.apportionment import exact_sum
from shared.finance.money import EXACT, round_money

Asked = Mapping[str, Any]


class Type(StrEnum):
    """What the shocks come from."""

    HISTORICAL = "historical"
    HYPOTHETICAL = "hypothetical"
    MONTE_CARLO = "monte_carlo"
    REVERSE = "reverse"


# The parameters that one type alone has.
PARAMETERS: Final = {
    Type.HISTORICAL: ("scenario", "method"),
    Type.HYPOTHETICAL: ("market_shock", "sector_shock", "asset_shock", "fx_shock"),
    Type.MONTE_CARLO: ("horizon_days", "simulations", "model", "seed"),
    Type.REVERSE: ("target_loss",),
}

_NO_RESULT: Final = frozenset({Code.UNMODELLED, Code.NO_SIMULATION, Code.TOO_LARGE})


@dataclass(frozen=True, slots=True)
class Simulated:
    """Simulated futures, in a currency."""

    simulation: Simulation
    currency: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One scenario, and the futures of a simulation; figures are not rounded but for money."""

    scenario: Scenario
    simulated: Simulated | None = None

    @property
    def coverage(self) -> dict[Source, float] | None:
        """The part of what is invested by the source of its move, 0 for the other sources."""
        known = self.scenario.outcome.coverage
        return dict.fromkeys(Source, 0.0) | known if known else None

    @property
    def warnings(self) -> list[Warning]:
        """Every remark; without a result that of each figure is why there is none."""
        found, result = [*self.scenario.warnings], self.scenario.outcome
        reasons = [remark for remark in found if remark.code in _NO_RESULT]
        for name in ("portfolio_return", "pnl", "value_after"):
            if getattr(result, name) is None:
                found += windows.about(name, reasons or [warn(name, Code.NOTHING_TO_DIVIDE)])
        return found


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the scenarios do to what is held on `as_of`; no value where that is not known."""

    portfolio: int
    currency: str
    benchmark: Benchmark | None
    as_of: Day | None = None
    portfolio_value: Decimal | None = None
    scenarios: list[Answered] = field(default_factory=list)
    remarks: list[Warning] = field(default_factory=list)

    @property
    def warnings(self) -> list[Warning]:
        """Every remark on the whole."""
        return self.remarks if self.worst else [*self.remarks, warn("worst", Code.NO_RESULT)]

    @property
    def worst(self) -> Scenario | None:
        """The scenario that ends lowest, if one has a result."""
        return outcome.worst([answered.scenario for answered in self.scenarios])


def analyse(
    session: Session,
    engine: Engine,
    holdings: Holdings,
    benchmark: Benchmark | None,
    asked: Asked,
) -> Analysis:
    """Apply the asked scenarios to what a portfolio holds at the end of the window.

    Args:
        benchmark: betas are measured against it; None leaves them unknown.
        asked: `type`, the parameters of that type, and `start_date` (of the history that a
            simulation draws from) and `end_date` where they are given.
    """
    valued, card = engine.value(session, holdings), holdings.card
    levels = windows.levels(session, engine.market, benchmark)
    sectors = {asset.id: asset.sector for asset in holdings.assets.values()}
    end = windows.day(asked.get("end_date"))
    held = holdings_on(valued.valuation, valued.books, sectors, levels, end)
    if held is None:
        missing = [warn(name, Code.NO_VALUATION) for name in ("as_of", "portfolio_value")]
        return Analysis(card.id, card.currency, benchmark, remarks=missing)
    found = _SCENARIOS[asked["type"]](held, levels, asked)
    about = remarks_on(valued.valuation, valued.books, held.as_of)
    return Analysis(
        card.id,
        card.currency,
        benchmark,
        held.as_of,
        _worth(held),
        found,
        windows.about("portfolio_value", about),
    )


def _historical(held: Held, levels: Series | None, asked: Asked) -> list[Answered]:
    method = Method(asked.get("method", Method.REPLAY))
    names = asked.get("scenario", list(CATALOGUE))
    return [Answered(historical(held, CATALOGUE[name], levels, method)) for name in names]


def _hypothetical(held: Held, _: Series | None, asked: Asked) -> list[Answered]:
    shocks = {
        name: {key: float(shock) for key, shock in asked.get(name, {}).items()}
        for name in ("sector_shock", "asset_shock", "fx_shock")
    }
    assumed = Assumptions(float(asked.get("market_shock", 0)), *shocks.values())
    return [Answered(hypothetical(held, assumed))]


def _reverse(held: Held, _: Series | None, asked: Asked) -> list[Answered]:
    return [Answered(reverse(held, float(asked["target_loss"])))]


def _monte_carlo(held: Held, _: Series | None, asked: Asked) -> list[Answered]:
    returns, left_out = monte_carlo.history(held, windows.day(asked.get("start_date")))
    model = Model(asked.get("model", Model.BLOCK_BOOTSTRAP))
    given = {name: asked[name] for name in ("horizon_days", "simulations", "seed") if name in asked}
    found = monte_carlo.simulate(returns, held.value, model=model, **given)
    warnings = []
    if left_out:
        warnings.append(warn("simulation", Code.LEFT_OUT, symbols=", ".join(left_out)))
    if found is None:
        facts = {"least": monte_carlo.LEAST_OBSERVATIONS, "count": len(returns)}
        warnings.append(warn("simulation", Code.NO_SIMULATION, **facts))
    elif not found.is_printable:
        warnings.append(warn("simulation", Code.TOO_LARGE))
    scenario = Scenario(
        "monte_carlo",
        "Simulated futures",
        Type.MONTE_CARLO,
        model,
        None,
        None,
        _mean_outcome(held, found),
        tuple(warnings),
    )
    simulated = None if found is None else Simulated(found, held.currency)
    return [Answered(scenario, simulated)]


def _worth(held: Held) -> Decimal:
    """Return the rounded sum of all parts: a sum of floats would depend on their order."""
    parts = [*(exposure.value for exposure in held.exposures), held.cash]
    return round_money(exact_sum(decimal(part) for part in parts), held.currency)


def _mean_outcome(held: Held, found: Simulation | None) -> Outcome:
    """Return the mean of all futures as an outcome; no position's part in it is known."""
    value = _worth(held)
    growth = np.nan if found is None else found.mean / held.value - 1.0
    if found is None or not (is_figure(found.mean) and is_figure(growth)):
        return Outcome(value, None, None, None, (), (), {})
    after = round_money(decimal(found.mean), held.currency)
    return Outcome(value, growth, EXACT.subtract(after, value), after, (), (), {})


_SCENARIOS: Final = {
    Type.HISTORICAL: _historical,
    Type.HYPOTHETICAL: _hypothetical,
    Type.MONTE_CARLO: _monte_carlo,
    Type.REVERSE: _reverse,
}
