"""What analytics copies: portfolios with their ledgers, and assets with their prices."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.analytics import commands
from services.analytics.commands.catching_up import fall_behind
from services.analytics.domain.packing import PIECE, History
from services.analytics.models import Asset, LedgerEntry, Portfolio, PriceYear, Split
from services.analytics.outside.owners import AssetSnapshot, Owners, PortfolioSnapshot
from shared.db import Database
from shared.events import cards
from shared.finance.splits import parse_ratio
from shared.replica import (
    Compared,
    Comparison,
    Rebuild,
    Report,
    Row,
    Stepwise,
    columns_of,
    each,
)

_PORTFOLIO: Final = columns_of(Portfolio, cards.Portfolio)
_ASSET: Final = columns_of(Asset, cards.Asset)
_ENTRY: Final = columns_of(LedgerEntry, cards.Entry)
_PIECE: Final = [getattr(PriceYear, name) for name in PIECE]


class Replicas:
    """Our copies. A portfolio that was deleted stays, empty; its number never comes again."""

    def __init__(self, database: Database, owners: Owners) -> None:
        self.portfolios = Stepwise[PortfolioSnapshot](
            name="portfolios",
            database=database,
            key=Portfolio.id,
            sequence=Portfolio.sequence,
            is_whole=Portfolio.is_deleted.is_(False),
            is_behind=Portfolio.is_behind.is_(True),
            ids=owners.portfolio_ids,
            ask=each(owners.portfolio),
            store=commands.adopt_portfolio,
            forget=commands.forget_portfolio,
            fall_behind=fall_behind,
            gone=commands.forget_portfolio,
        )
        self.assets = Stepwise[AssetSnapshot](
            name="assets",
            database=database,
            key=Asset.id,
            sequence=Asset.sequence,
            ids=owners.asset_ids,
            ask=each(owners.asset),
            store=commands.adopt_asset,
            forget=commands.forget_asset,
        )


def rebuild(database: Database, owners: Owners, report: Report) -> str:
    """Copy every asset and portfolio anew and have all values computed again; return the counts.

    Raises:
        Unavailable: an owner does not answer; what was stored until then stays.
        Incomplete: some could not be copied.
    """
    run, replicas = Rebuild(database, report), Replicas(database, owners)
    assets, portfolios = run.copy(replicas.assets), run.copy(replicas.portfolios)
    return run.closed(f"{assets} assets, {portfolios} portfolios; {run.forgotten} forgotten.")


def verify(database: Database, owners: Owners, *, is_mending: bool) -> str:
    """Compare every asset with its prices, and every portfolio with its ledger, with the owner.

    Raises:
        Unavailable: an owner does not answer.
        Differing: something is another.
    """
    run, replicas = (
        Comparison(database, "analytics", is_mending=is_mending),
        Replicas(database, owners),
    )
    run.copy(Compared(replicas.assets, _told_asset, _kept_asset))
    run.copy(Compared(replicas.portfolios, _told_portfolio, _kept_portfolio))
    return run.closed()


def _told_portfolio(snapshot: PortfolioSnapshot) -> Iterator[Row]:
    yield [getattr(snapshot.card, column.name) for column in _PORTFOLIO]
    yield from snapshot.entries


def _kept_portfolio(session: Session, portfolio_id: int) -> Iterator[Row]:
    yield from session.execute(select(*_PORTFOLIO).where(Portfolio.id == portfolio_id))
    entries = select(*_ENTRY).where(LedgerEntry.portfolio_id == portfolio_id)
    yield from session.execute(entries)


def _told_asset(snapshot: AssetSnapshot) -> Iterator[Row]:
    yield [getattr(snapshot.card, column.name) for column in _ASSET]
    yield from _days(snapshot.history)
    for day, ratio in snapshot.splits.items():
        yield day, float(parse_ratio(ratio))


def _kept_asset(session: Session, asset_id: int) -> Iterator[Row]:
    yield from session.execute(select(*_ASSET).where(Asset.id == asset_id))
    years = select(*_PIECE).where(PriceYear.asset_id == asset_id).order_by(PriceYear.year)
    pieces = [dict(row) for row in session.execute(years).mappings()]
    yield from _days(History.unpack(pieces))
    yield from session.execute(select(Split.date, Split.ratio).where(Split.asset_id == asset_id))


def _days(history: History) -> Iterator[Row]:
    days: list[date] = history.days.tolist()
    yield from ((day, *values) for day, values in zip(days, history.values.tolist(), strict=True))
    yield from ((day, "trade") for day in history.trade_days.tolist())
