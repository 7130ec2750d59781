"""What a scenario acts on: today's holdings, their histories and their betas."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from services.analytics.domain import returns, risk
from services.analytics.domain.exact import Statement, floats
from services.analytics.domain.fx import Converted
from services.analytics.domain.metrics import Day
from services.analytics.domain.performance import common_returns
from services.analytics.domain.series import Series
from services.analytics.domain.valuation import Books, Quotes, Valuation

BETA_DAYS = 3 * 365
BETA_OBSERVATIONS = 30


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """One holding: its ``value`` and its ``levels`` are in the portfolio's currency.

    ``levels`` have the rates of the days of its closes, ``worth`` those of any day that is asked
    for. ``beta`` is NaN where it is not known.
    """

    asset: int
    symbol: str
    sector: str | None
    currency: str
    value: float
    quotes: Quotes
    levels: Series
    worth: Series | Converted
    beta: float


@dataclass(frozen=True, slots=True, eq=False)
class Holdings:
    """All exposures of one day and the cash beside them, which no scenario moves."""

    as_of: Day
    currency: str
    cash: float
    exposures: tuple[Exposure, ...]

    @property
    def value(self) -> float:
        """What all is worth."""
        return self.cash + sum(exposure.value for exposure in self.exposures)


def holdings_on(
    valuation: Valuation,
    books: Books,
    sectors: Mapping[int, str | None],
    benchmark: Series | None = None,
    end: Day | None = None,
) -> Holdings | None:
    """Return what is held on the last day with a value, on or before ``end``; None without one.

    Args:
        sectors: by asset.
        benchmark: its levels in the portfolio's currency, for the betas.
    """
    days = valuation.known().days
    days = days if end is None else days[days <= end]
    if not len(days):
        return None
    position = int(np.searchsorted(valuation.days, days[-1]))
    lines = {asset: line for asset, line in valuation.lines.items() if line.quantities[position]}
    statement, positions = Statement(valuation, books), np.array([position])
    exposures = []
    for asset, line in lines.items():
        levels = books.levels(asset)
        [value] = floats(statement.holding(asset, positions)).tolist()
        exposures.append(
            Exposure(
                asset,
                line.symbol,
                sectors.get(asset),
                line.currency,
                value,
                books.assets[asset],
                levels,
                books.worth(asset),
                beta_of(levels, benchmark, days[-1]),
            )
        )
    [cash] = floats(statement.cash(positions)).tolist()
    return Holdings(days[-1], books.currency, cash, tuple(exposures))


def beta_of(levels: Series, benchmark: Series | None, as_of: Day) -> float:
    """Return the beta of the last three years up to ``as_of``; NaN under 30 common returns."""
    if benchmark is None:
        return np.nan
    span = levels.between(as_of - BETA_DAYS, as_of)
    mine, market, _ = common_returns(span.days, returns.simple(span.values), benchmark)
    return float(risk.beta(mine, market)) if len(mine) >= BETA_OBSERVATIONS else np.nan
