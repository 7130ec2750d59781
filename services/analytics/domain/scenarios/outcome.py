"""What shocks do to holdings, in money that adds up to the cent."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from typing import Final, NamedTuple

from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.scenarios.catalogue import Episode
from services.analytics.domain.scenarios.holdings import Exposure, Holdings
from services.analytics.domain.series import decimal
from shared.finance.allocation import PERCENT_PLACES, UNCLASSIFIED
from shared.finance.apportionment import apportion, exact_sum
from shared.finance.money import EXACT, minor_unit, round_to

# Of a fraction that is printed in percent with four decimals.
_PART_PLACES: Final = PERCENT_PLACES + 2


class Source(StrEnum):
    """Where a position's shock comes from."""

    HISTORY = "history"
    BETA_PROXY = "beta_proxy"
    BETA = "beta"
    ASSET = "asset_shock"
    SECTOR = "sector_shock"
    NONE = "none"
    UNMODELLED = "unmodelled"


class Shock(NamedTuple):
    """The return of one position, at least −1; None where nothing is known of it."""

    value: float | None
    source: Source


class PositionOutcome(NamedTuple):
    """One position: money in the portfolio's currency, shock and contribution as fractions.

    ``contribution`` is the part of the portfolio's return that comes from it, rounded so that all
    sum to it.
    """

    asset: int
    symbol: str
    value: Decimal
    shock: float | None
    source: Source
    pnl: Decimal | None
    contribution: Decimal | None


class SectorOutcome(NamedTuple):
    """The positions of one sector together; no profit where nothing is known of any of them."""

    sector: str
    value: Decimal
    pnl: Decimal | None
    contribution: Decimal | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The portfolio after the shocks.

    The positions' values and cash sum to its value, and their profits to its own, both to the
    minor unit. ``portfolio_return``, ``pnl`` and ``value_after`` are None where nothing that is
    held could be modelled. ``coverage`` has the part of what is invested by the source of its
    shock.
    """

    portfolio_value: Decimal
    portfolio_return: float | None
    pnl: Decimal | None
    value_after: Decimal | None
    positions: tuple[PositionOutcome, ...]
    by_sector: tuple[SectorOutcome, ...]
    coverage: dict[Source, float]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One answer: what happened (``window`` of history or none), and what it does."""

    id: str
    name: str
    type: str
    method: str | None
    window: Episode | None
    benchmark_return: float | None
    outcome: Outcome
    warnings: tuple[Warning, ...] = ()


def worst(scenarios: Sequence[Scenario]) -> Scenario | None:
    """Return the scenario with the largest loss, if one has a result; of equal ones the first."""
    candidates = [scenario for scenario in scenarios if scenario.outcome.pnl is not None]
    return min(candidates, key=lambda scenario: scenario.outcome.pnl or 0, default=None)


def settle(holdings: Holdings, shocks: Sequence[Shock]) -> Outcome:
    """Apply one shock to each exposure of ``holdings``, in its order."""
    exposures, places = holdings.exposures, minor_unit(holdings.currency)
    exact = [decimal(exposure.value) for exposure in exposures]
    moves = [decimal(shock.value or 0.0) for shock in shocks]
    profits = apportion([EXACT.multiply(*pair) for pair in zip(exact, moves, strict=True)], places)
    *values, cash = apportion([*exact, decimal(holdings.cash)], places)
    whole, total = round_to(exact_sum([*values, cash]), places), holdings.value
    parts = _parts(holdings, moves)
    positions = tuple(
        _position(*row) for row in zip(exposures, shocks, values, profits, parts, strict=True)
    )
    modelled = not positions or any(shock.value is not None for shock in shocks)
    pnl = round_to(exact_sum(profits), places) if modelled else None
    moved = sum(
        exposure.value * (shock.value or 0.0)
        for exposure, shock in zip(exposures, shocks, strict=True)
    )
    return Outcome(
        whole,
        moved / total if modelled and total > 0.0 else None,
        pnl,
        None if pnl is None else EXACT.add(whole, pnl),
        positions,
        _by_sector(exposures, positions),
        _coverage(exposures, shocks),
    )


def _parts(holdings: Holdings, moves: Sequence[Decimal]) -> Sequence[Decimal | None]:
    """Return what each move is of all, in percent with four decimals; None where that is debt."""
    if holdings.value <= 0.0:
        return [None] * len(moves)
    total = decimal(holdings.value)
    parts = [
        EXACT.divide(EXACT.multiply(decimal(exposure.value), move), total)
        for exposure, move in zip(holdings.exposures, moves, strict=True)
    ]
    return apportion(parts, _PART_PLACES)


def _position(
    exposure: Exposure, shock: Shock, value: Decimal, profit: Decimal, part: Decimal | None
) -> PositionOutcome:
    is_known = shock.value is not None
    return PositionOutcome(
        exposure.asset,
        exposure.symbol,
        value,
        shock.value,
        shock.source,
        profit if is_known else None,
        part if is_known else None,
    )


def _by_sector(
    exposures: Sequence[Exposure], positions: Sequence[PositionOutcome]
) -> tuple[SectorOutcome, ...]:
    """Return the sums of each sector, the largest loss first, what is not known last."""
    groups: dict[str, list[PositionOutcome]] = {}
    for exposure, position in zip(exposures, positions, strict=True):
        groups.setdefault(exposure.sector or UNCLASSIFIED, []).append(position)
    sectors = [_sector(sector, members) for sector, members in groups.items()]
    return tuple(sorted(sectors, key=lambda each: (each.pnl is None, each.pnl or 0, each.sector)))


def _sector(name: str, members: Sequence[PositionOutcome]) -> SectorOutcome:
    profits = [position.pnl for position in members if position.pnl is not None]
    parts = [position.contribution for position in members if position.contribution is not None]
    return SectorOutcome(
        name,
        reduce(EXACT.add, [position.value for position in members]),
        reduce(EXACT.add, profits) if profits else None,
        exact_sum(parts) if parts else None,
    )


def _coverage(exposures: Sequence[Exposure], shocks: Sequence[Shock]) -> dict[Source, float]:
    invested = sum(exposure.value for exposure in exposures)
    shares: dict[Source, float] = {}
    for exposure, shock in zip(exposures, shocks, strict=True):
        part = exposure.value / invested if invested else 0.0
        shares[shock.source] = shares.get(shock.source, 0.0) + part
    return shares


def remarks(outcome: Outcome) -> list[Warning]:
    """Return warnings that name the positions whose shock is a proxy, or not known."""
    codes = {Source.BETA_PROXY: Code.BETA_PROXY, Source.UNMODELLED: Code.UNMODELLED}
    warnings = []
    for source, code in codes.items():
        symbols = [position.symbol for position in outcome.positions if position.source is source]
        if symbols:
            warnings.append(warn("positions", code, symbols=", ".join(symbols)))
    return warnings
