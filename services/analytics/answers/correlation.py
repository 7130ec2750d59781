"""How assets move together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from services.analytics.answers import windows
from services.analytics.answers.memory.market import Assets, Market
from services.analytics.answers.memory.portfolios import Portfolios, WholePortfolio
from services.analytics.answers.questions import CorrelationMethod, CorrelationQuestion
from services.analytics.domain import correlation
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.correlation import Correlation, Pair
from services.analytics.domain.joining import joined_returns
from services.analytics.domain.metrics import Day
from services.analytics.domain.series import Series, window
from services.analytics.queries import AssetRow
from shared.errors import BadRequest

MOST_ASSETS: Final = 500
_EVER: Final = (Day("0001-01-01"), Day("9999-12-31"))


_METHODS: Final = {
    CorrelationMethod.PEARSON: correlation.pearson,
    CorrelationMethod.SPEARMAN: correlation.spearman,
}


class NamedPair(NamedTuple):
    """The symbols of two assets and their correlation."""

    pair: tuple[str, str]
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class AssetCorrelation:
    """The correlation of `rows`, in their order, over what prices they have in the window."""

    rows: list[AssetRow]
    correlation: Correlation
    min_observations: int
    start_date: Day | None
    end_date: Day | None

    @property
    def symbols(self) -> list[str]:
        """The symbols of rows and columns."""
        return [row.symbol for row in self.rows]

    @property
    def assets(self) -> list[int]:
        """The ids of rows and columns."""
        return [row.id for row in self.rows]

    @property
    def average(self) -> float | None:
        """The mean of all pairs, if one has a correlation."""
        return self.correlation.average if self.correlation.highest else None

    @property
    def highest(self) -> NamedPair | None:
        """The pair that moves together most."""
        return self._named(self.correlation.highest)

    @property
    def lowest(self) -> NamedPair | None:
        """The pair that moves together least."""
        return self._named(self.correlation.lowest)

    @property
    def warnings(self) -> list[Warning]:
        """Why a correlation, or what all of them give, is not defined."""
        of_pairs = self._unknown_pairs()
        dates = () if self.start_date is not None else ("start_date", "end_date")
        warnings = [*of_pairs, *(warn(name, Code.NO_VALUATION) for name in dates)]
        if self.correlation.highest is None:
            reason = of_pairs[0] if of_pairs else warn("", Code.TOO_FEW_ASSETS)
            for name in ("average_correlation", "highest", "lowest"):
                warnings += windows.about(name, [reason])
        return warnings

    def _named(self, pair: Pair | None) -> NamedPair | None:
        if pair is None:
            return None
        return NamedPair((self.symbols[pair.first], self.symbols[pair.second]), pair.value)

    def _unknown_pairs(self) -> list[Warning]:
        unknown = np.triu(np.isnan(self.correlation.matrix), 1)
        few = self.correlation.observations < self.min_observations
        reasons = {Code.TOO_FEW_COMMON_DAYS: unknown & few, Code.STANDS_STILL: unknown & ~few}
        warnings = []
        for code, mask in reasons.items():
            pairs = np.argwhere(mask)
            if len(pairs):
                first, second = (self.rows[i].symbol for i in pairs[0])
                facts = {"count": len(pairs), "least": self.min_observations}
                warnings.append(warn("matrix", code, first=first, second=second, **facts))
        return warnings


def assets(
    session: Session, portfolios: Portfolios, user_id: int, question: CorrelationQuestion
) -> dict[int, AssetRow]:
    """Return the assets that a question is about, in its order; a portfolio's by symbol.

    Raises:
        NotFound: there is no such portfolio or asset, or it is somebody else's.
        BadRequest: a symbol is no asset, or the portfolio holds too many.
        Unavailable: an owner must be asked and does not answer.
    """
    if question.portfolio_id is not None:
        return _holdings(portfolios.get(session, question.portfolio_id, user_id), question.end)
    if question.symbols:
        return _meant(portfolios.market, question.symbols, user_id)
    return portfolios.market.visible(question.assets, user_id)


def _meant(market: Market, symbols: Sequence[str], user_id: int) -> dict[int, AssetRow]:
    rows = market.meant_by(symbols, user_id)
    for symbol in symbols:
        if symbol.upper() not in rows:
            raise BadRequest(f"Query parameter 'symbols': There is no asset '{symbol}'.")
    return {row.id: row for row in (rows[symbol.upper()] for symbol in symbols)}


def _holdings(portfolio: WholePortfolio, end: Day | None) -> dict[int, AssetRow]:
    days = np.array([_EVER[1] if end is None else end])
    held = portfolio.ledger.held
    rows = [row for row in portfolio.assets.values() if held[row.id].on(days)[0] != 0.0]
    if len(rows) > MOST_ASSETS:
        raise BadRequest(
            f"Query parameter 'portfolio_id': It holds {len(rows)} assets, and at most"
            f" {MOST_ASSETS} are correlated: choose some with 'assets'."
        )
    return {row.id: row for row in sorted(rows, key=lambda row: (row.symbol, row.id))}


def correlate(
    session: Session, market: Market, rows: Assets, question: CorrelationQuestion
) -> AssetCorrelation:
    """Correlate the returns of assets, each in its own currency."""
    start = _EVER[0] if question.start is None else question.start
    end = _EVER[1] if question.end is None else question.end
    adjusted = market.adjusted(session, rows)
    levels = [_cut(adjusted[key], start, end) for key in rows]
    days = np.concatenate([series.days for series in levels]) if levels else np.array([])
    least = question.min_observations
    matrix = _METHODS[question.method](joined_returns(levels)[1], least)
    first, last = (days.min(), days.max()) if len(days) else (None, None)
    return AssetCorrelation(list(rows.values()), matrix, least, first, last)


def _cut(levels: Series, start: Day, end: Day) -> Series:
    """Return the part from the last day on or before `start`: the first return needs its close."""
    positions = window(levels.days, start, end)
    base, last = positions if positions else (0, -1)
    return Series(levels.days[base : last + 1], levels.values[base : last + 1])
