"""The last market day: indices, sectors, currencies, and what moved most."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy.orm import Session

from services.analytics import queries
from services.analytics.answers.memory.market import Assets
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.metrics import Day
from services.analytics.domain.moves import Move, last_move
from services.analytics.domain.packing import History
from services.analytics.domain.series import Series, are_stale
from services.analytics.queries import AssetRow
from shared.finance.apportionment import exact_sum
from shared.finance.money import EXACT

MOST_MOVERS: Final = 5
_MEASURES: Final = ("INDEX", "CURRENCY")  # of a market, not things in it


@dataclass(frozen=True, slots=True)
class AssetMove:
    """An asset and its last move."""

    asset: AssetRow
    move: Move


@dataclass(frozen=True, slots=True)
class Sector:
    """The assets of one sector that were traded lately; the change is their unweighted mean."""

    sector: str
    asset_count: int
    change: Decimal
    best: AssetMove
    worst: AssetMove


@dataclass(frozen=True, slots=True)
class MarketData:
    """What everybody sees, as of the last day that any of it has a price for."""

    as_of: Day | None
    indices: list[AssetMove]
    sectors: list[Sector]
    currencies: list[AssetMove]
    gainers: list[AssetMove]
    losers: list[AssetMove]
    warnings: list[Warning]


def overview(session: Session, assets: Assets) -> MarketData:
    """Return the last move of each of the public assets, put together.

    Args:
        assets: the public ones.
    """
    moves = sorted(_moves(session, assets), key=lambda each: (each.asset.symbol, each.asset.id))
    as_of = max((each.move.day for each in moves), default=None)
    traded = [each for each in moves if _moved_lately(each, as_of)]
    ordered = sorted(traded, key=_change)
    return MarketData(
        as_of,
        [each for each in moves if each.asset.asset_type == "INDEX"],
        _sectors(ordered),
        [each for each in moves if each.asset.asset_type == "CURRENCY"],
        [each for each in reversed(ordered) if _change(each) > 0][:MOST_MOVERS],
        [each for each in ordered if _change(each) < 0][:MOST_MOVERS],
        _remarks(moves),
    )


def _moves(session: Session, assets: Assets) -> Iterable[AssetMove]:
    splits = queries.splits(session, assets)
    for asset_id, pieces in queries.packed_last_closes(session).items():
        closes = History.unpack(pieces).closes()
        if asset_id in assets and len(closes.days):
            move = last_move(closes, Series.of(splits.get(asset_id, [])))
            yield AssetMove(assets[asset_id], move)


def _moved_lately(each: AssetMove, as_of: Day | None) -> bool:
    if each.asset.asset_type in _MEASURES or each.move.ratio is None or as_of is None:
        return False
    return not are_stale(each.move.day, as_of)


def _change(each: AssetMove) -> Decimal:
    return each.move.ratio or Decimal(0)


def _sectors(ordered: Sequence[AssetMove]) -> list[Sector]:
    groups: dict[str, list[AssetMove]] = {}
    for each in ordered:
        if each.asset.sector:
            groups.setdefault(each.asset.sector, []).append(each)
    return [_sector(name, groups[name]) for name in sorted(groups)]


def _sector(name: str, members: Sequence[AssetMove]) -> Sector:
    mean = EXACT.divide(exact_sum(map(_change, members)), len(members))
    return Sector(name, len(members), mean, members[-1], members[0])


def _remarks(moves: Sequence[AssetMove]) -> list[Warning]:
    if not moves:
        return [warn("as_of", Code.NO_PUBLIC_PRICES)]
    warnings = []
    for name, kind in (("indices", "INDEX"), ("currencies", "CURRENCY")):
        shown = [each for each in moves if each.asset.asset_type == kind]
        symbols = [each.asset.symbol for each in shown if each.move.ratio is None]
        if symbols:
            warnings.append(warn(name, Code.NO_EARLIER_PRICE, symbols=", ".join(symbols)))
    return warnings
