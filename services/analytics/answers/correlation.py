"""How assets move together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from services.analytics import queries
from services.analytics.answers import windows
from services.analytics.domain import correlation
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.correlation import Correlation, Pair
from services.analytics.domain.joining import joined_returns
from services.analytics.domain.metrics import Day
from services.analytics.domain.series import Series, window
from services.analytics.engine import Engine, Holdings
from services.analytics.market import Cards, Market
from services.analytics.queries import AssetCard
from shared.errors import BadRequest

MOST_ASSETS: Final = 500
_EVER: Final = (Day("0001-01-01"), Day("9999-12-31"))


class Method(StrEnum):
    """Pearson's correlation of returns, or Spearman's of their ranks."""

    PEARSON = "pearson"
    SPEARMAN = "spearman"


_METHODS: Final = {Method.PEARSON: correlation.pearson, Method.SPEARMAN: correlation.spearman}


class NamedPair(NamedTuple):
    """The symbols of two assets and their correlation."""

    pair: tuple[str, str]
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Correlated:
    """The correlation of `cards`, in their order, over what prices they have in the window."""

    cards: list[AssetCard]
    correlation: Correlation
    min_observations: int
    start_date: Day | None
    end_date: Day | None

    @property
    def symbols(self) -> list[str]:
        """The symbols of rows and columns."""
        return [card.symbol for card in self.cards]

    @property
    def assets(self) -> list[int]:
        """The ids of rows and columns."""
        return [card.id for card in self.cards]

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
        pairs = self._unknown_pairs()
        dates = () if self.start_date is not None else ("start_date", "end_date")
        found = [*pairs, *(warn(name, Code.NO_VALUATION) for name in dates)]
        if self.correlation.highest is None:
            reason = pairs[0] if pairs else warn("", Code.TOO_FEW_ASSETS)
            for name in ("average_correlation", "highest", "lowest"):
                found += windows.about(name, [reason])
        return found

    def _named(self, found: Pair | None) -> NamedPair | None:
        if found is None:
            return None
        return NamedPair((self.symbols[found.first], self.symbols[found.second]), found.value)

    def _unknown_pairs(self) -> list[Warning]:
        unknown = np.triu(np.isnan(self.correlation.matrix), 1)
        few = self.correlation.observations < self.min_observations
        reasons = {Code.TOO_FEW_COMMON_DAYS: unknown & few, Code.STANDS_STILL: unknown & ~few}
        found = []
        for code, marked in reasons.items():
            pairs = np.argwhere(marked)
            if len(pairs):
                first, second = (self.cards[i].symbol for i in pairs[0])
                facts = {"count": len(pairs), "least": self.min_observations}
                found.append(warn("matrix", code, first=first, second=second, **facts))
        return found


def assets(
    session: Session, engine: Engine, user_id: int, asked: Mapping[str, Any]
) -> dict[int, AssetCard]:
    """Return the assets that a request is about, in its order; a portfolio's by symbol.

    Args:
        asked: one of `portfolio_id`, `symbols` and `assets`; `end_date` where it is given.

    Raises:
        NotFound: there is no such portfolio or asset, or it is somebody else's.
        BadRequest: a symbol is no asset, or the portfolio holds too many.
    """
    if "symbols" in asked:
        return _meant(session, asked["symbols"], user_id)
    if "assets" in asked:
        return engine.market.assets(session, asked["assets"], user_id)
    holdings = engine.holdings(session, asked["portfolio_id"], user_id)
    held = _held(holdings, asked.get("end_date"))
    if len(held) > MOST_ASSETS:
        raise BadRequest(
            f"Query parameter 'portfolio_id': It holds {len(held)} assets, and at most"
            f" {MOST_ASSETS} are correlated: choose some with 'assets'."
        )
    return held


def _meant(session: Session, symbols: Sequence[str], user_id: int) -> dict[int, AssetCard]:
    found = queries.meant_by(session, symbols, user_id)
    for symbol in symbols:
        if symbol.upper() not in found:
            raise BadRequest(f"Query parameter 'symbols': There is no asset '{symbol}'.")
    return {card.id: card for card in (found[symbol.upper()] for symbol in symbols)}


def _held(holdings: Holdings, end: date | None) -> dict[int, AssetCard]:
    days = np.array([_EVER[1] if end is None else end], dtype="datetime64[D]")
    ledger = holdings.ledger
    cards = [card for card in holdings.assets.values() if ledger.held[card.id].on(days)[0] != 0.0]
    return {card.id: card for card in sorted(cards, key=lambda card: (card.symbol, card.id))}


def correlate(
    session: Session, market: Market, cards: Cards, asked: Mapping[str, Any]
) -> Correlated:
    """Correlate the returns of assets, each in its own currency.

    Args:
        asked: `min_observations`, `method`, and `start_date` and `end_date` where they are given.
    """
    asked_days = (windows.day(asked.get(name)) for name in ("start_date", "end_date"))
    start, end = (ever if day is None else day for day, ever in zip(asked_days, _EVER, strict=True))
    adjusted = market.adjusted(session, cards)
    levels = [_cut(adjusted[key], start, end) for key in cards]
    days = np.concatenate([series.days for series in levels]) if levels else np.array([])
    least = asked["min_observations"]
    found = _METHODS[asked["method"]](joined_returns(levels)[1], least)
    first, last = (days.min(), days.max()) if len(days) else (None, None)
    return Correlated(list(cards.values()), found, least, first, last)


def _cut(levels: Series, start: Day, end: Day) -> Series:
    """Return the part from the last day on or before `start`: the first return needs its close."""
    positions = window(levels.days, start, end)
    base, last = positions if positions else (0, -1)
    return Series(levels.days[base : last + 1], levels.values[base : last + 1])
