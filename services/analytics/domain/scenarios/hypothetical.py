"""What invented shocks would do to today's holdings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.scenarios.holdings import Exposure, Holdings
from services.analytics.domain.scenarios.outcome import (
    Scenario,
    Shock,
    Source,
    remarks,
    settle,
)

Shocks = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Shocks as fractions (−0.2 is a fall of 20 %); names are matched without regard to case.

    An asset's own shock (by symbol) comes before its sector's, that before beta × ``market``. A
    currency's shock is the change of its worth in the portfolio's currency and compounds with
    that of the price; on the portfolio's own currency it has no effect.
    """

    market: float = 0.0
    sectors: Shocks = field(default_factory=dict)
    assets: Shocks = field(default_factory=dict)
    currencies: Shocks = field(default_factory=dict)


def hypothetical(holdings: Holdings, assumptions: Assumptions) -> Scenario:
    """Return what ``assumptions`` would do to ``holdings``; a position loses at most all."""
    folded = Assumptions(
        assumptions.market,
        _folded(assumptions.sectors),
        _folded(assumptions.assets),
        _folded(assumptions.currencies),
    )
    outcome = settle(
        holdings, [_shock(each, folded, holdings.currency) for each in holdings.exposures]
    )
    return Scenario(
        "hypothetical",
        "Hypothetical shock",
        "hypothetical",
        None,
        None,
        assumptions.market,
        outcome,
        (*remarks(outcome), *_unused(holdings, assumptions)),
    )


def _folded(shocks: Shocks) -> dict[str, float]:
    # Two losses of more than everything would compound to a gain.
    return {name.casefold(): max(shock, -1.0) for name, shock in shocks.items()}


def _shock(exposure: Exposure, assumed: Assumptions, base: str) -> Shock:
    price, source = _price_shock(exposure, assumed)
    if price is None:
        return Shock(price, source)
    is_base = exposure.currency == base
    rate = 0.0 if is_base else assumed.currencies.get(exposure.currency.casefold(), 0.0)
    # (1 + p)(1 + f) − 1, so written that one shock alone comes out as it went in.
    return Shock(max(price + rate + price * rate, -1.0), source)


def _price_shock(exposure: Exposure, assumed: Assumptions) -> Shock:
    symbol, sector = exposure.symbol.casefold(), (exposure.sector or "").casefold()
    if symbol in assumed.assets:
        return Shock(assumed.assets[symbol], Source.ASSET)
    if sector in assumed.sectors:
        return Shock(assumed.sectors[sector], Source.SECTOR)
    if assumed.market == 0.0:
        return Shock(0.0, Source.NONE)
    if np.isnan(exposure.beta):
        return Shock(None, Source.UNMODELLED)
    return Shock(exposure.beta * assumed.market, Source.BETA)


def _unused(holdings: Holdings, assumptions: Assumptions) -> list[Warning]:
    exposures = holdings.exposures
    parameters = (
        ("asset_shock", assumptions.assets, {each.symbol for each in exposures}),
        ("sector_shock", assumptions.sectors, {each.sector or "" for each in exposures}),
        (
            "fx_shock",
            assumptions.currencies,
            {each.currency for each in exposures} - {holdings.currency},
        ),
    )
    return [
        warn(parameter, Code.SHOCK_UNUSED, name=name)
        for parameter, shocks, names in parameters
        for name in shocks
        if name.casefold() not in {each.casefold() for each in names}
    ]
