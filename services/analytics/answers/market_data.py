"""The last market day: indices, sectors, currencies, and what moved most."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy.orm import Session

from services.analytics import queries
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.metrics import Day
from services.analytics.domain.moves import Move, last_move
from services.analytics.domain.packing import History
from services.analytics.domain.series import Series, are_stale
from services.analytics.market import Cards
from services.analytics.queries import AssetCard
from shared.finance.apportionment import exact_sum
from shared.finance.money import EXACT

MOST_MOVERS: Final = 5
_MEASURES: Final = ("INDEX", "CURRENCY")  # of a market, not things in it


@dataclass(frozen=True, slots=True)
class Quoted:
    """An asset and its last move."""

    card: AssetCard
    move: Move


@dataclass(frozen=True, slots=True)
class Sector:
    """The assets of one sector that were traded lately; the change is their unweighted mean."""

    sector: str
    asset_count: int
    change: Decimal
    best: Quoted
    worst: Quoted


@dataclass(frozen=True, slots=True)
class MarketData:
    """What everybody sees, as of the last day that any of it has a price for."""

    as_of: Day | None
    indices: list[Quoted]
    sectors: list[Sector]
    currencies: list[Quoted]
    gainers: list[Quoted]
    losers: list[Quoted]
    warnings: list[Warning]


def overview(session: Session, cards: Cards) -> MarketData:
    """Return the last move of each of the public assets, put together.

    Args:
        cards: the public assets.
    """
    quoted = sorted(_quoted(session, cards), key=lambda each: (each.card.symbol, each.card.id))
    as_of = max((each.move.day for each in quoted), default=None)
    traded = [each for each in quoted if _moved_lately(each, as_of)]
    ordered = sorted(traded, key=_change)
    return MarketData(
        as_of,
        [each for each in quoted if each.card.asset_type == "INDEX"],
        _sectors(ordered),
        [each for each in quoted if each.card.asset_type == "CURRENCY"],
        [each for each in reversed(ordered) if _change(each) > 0][:MOST_MOVERS],
        [each for each in ordered if _change(each) < 0][:MOST_MOVERS],
        _remarks(quoted),
    )


def _quoted(session: Session, cards: Cards) -> Iterable[Quoted]:
    splits = queries.splits(session, cards)
    for asset, pieces in queries.packed_last_closes(session).items():
        closes = History.unpack(pieces).closes()
        if asset in cards and len(closes.days):
            move = last_move(closes, Series.of(splits.get(asset, [])))
            yield Quoted(cards[asset], move)


def _moved_lately(each: Quoted, as_of: Day | None) -> bool:
    if each.card.asset_type in _MEASURES or each.move.ratio is None or as_of is None:
        return False
    return not are_stale(each.move.day, as_of)


def _change(each: Quoted) -> Decimal:
    return each.move.ratio or Decimal(0)


def _sectors(ordered: Sequence[Quoted]) -> list[Sector]:
    groups: dict[str, list[Quoted]] = {}
    for each in ordered:
        if each.card.sector:
            groups.setdefault(each.card.sector, []).append(each)
    return [_sector(name, groups[name]) for name in sorted(groups)]


def _sector(name: str, members: Sequence[Quoted]) -> Sector:
    mean = EXACT.divide(exact_sum(map(_change, members)), len(members))
    return Sector(name, len(members), mean, members[-1], members[0])


def _remarks(quoted: Sequence[Quoted]) -> list[Warning]:
    if not quoted:
        return [warn("as_of", Code.NO_PUBLIC_PRICES)]
    found = []
    for name, kind in (("indices", "INDEX"), ("currencies", "CURRENCY")):
        shown = [each for each in quoted if each.card.asset_type == kind]
        symbols = [each.card.symbol for each in shown if each.move.ratio is None]
        if symbols:
            found.append(warn(name, Code.NO_EARLIER_PRICE, symbols=", ".join(symbols)))
    return found
