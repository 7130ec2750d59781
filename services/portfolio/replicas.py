"""What the portfolio service copies: assets, and of currency pairs their closes."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.portfolio import commands, queries
from services.portfolio.models import Asset, FxClose
from services.portfolio.outside.owners import AT_ONCE, AssetSnapshot, Owners
from shared.db import Database
from shared.events import cards
from shared.replica import (
    Compared,
    Comparison,
    Latest,
    Rebuild,
    Report,
    Row,
    Stepwise,
    columns_of,
)

_CARD: Final = columns_of(Asset, cards.Asset)


class Replicas:
    """Our copies; `assets` and `pairs` are of the same rows.

    An asset's event carries all that we keep of it. The closes of a pair come one by one, and of
    an asset that only becomes a pair now we have none.
    """

    def __init__(self, database: Database, owners: Owners) -> None:
        self.assets = Latest[AssetSnapshot](
            name="assets",
            database=database,
            key=Asset.id,
            sequence=Asset.sequence,
            # One that its owner no longer knows stays, retired.
            is_whole=Asset.is_active.is_(True),
            ids=owners.asset_ids,
            ask=owners.assets,
            at_once=AT_ONCE,
            put=commands.put_asset,
            store=commands.adopt_asset,
            forget=commands.retire_asset,
        )
        self.pairs = Stepwise[AssetSnapshot](
            name="pairs",
            database=database,
            key=Asset.id,
            sequence=Asset.sequence,
            is_whole=Asset.asset_type == "CURRENCY",
            ids=owners.asset_ids,
            ask=owners.assets,
            store=commands.adopt_asset,
            forget=commands.retire_asset,
        )


def rebuild(database: Database, owners: Owners, report: Report) -> str:
    """Copy every asset from its owner and post every ledger anew; return what was done.

    Each asset and each portfolio is a unit of work of its own, so that nobody waits for long.

    Raises:
        Unavailable: the owner of assets does not answer.
        Incomplete: some could not be copied or posted.
    """
    run = Rebuild(database, report)
    assets = run.copy(Replicas(database, owners).assets)
    ledgers = database.unit(queries.ledgers.ids)
    corrected = run.each("ledgers", ledgers, commands.recompute_portfolio)
    return run.closed(
        f"{assets} assets copied, {len(corrected)} ledgers posted, {sum(corrected)} sums corrected."
    )


def verify(database: Database, owners: Owners, *, is_mending: bool) -> str:
    """Compare every asset with its owner, and positions and cash with their ledgers.

    Raises:
        Unavailable: the owner of assets does not answer.
        Differing: something is another.
    """
    run = Comparison(database, "portfolio", is_mending=is_mending)
    run.copy(Compared(Replicas(database, owners).assets, _told, _kept))
    run.derived("ledgers", database.unit(queries.ledgers.ids), commands.recompute_portfolio)
    return run.closed()


def _told(snapshot: AssetSnapshot) -> Iterator[Row]:
    yield [getattr(snapshot.card, column.name) for column in _CARD]
    yield from snapshot.closes.items()


def _kept(session: Session, asset_id: int) -> Iterator[Row]:
    yield from session.execute(select(*_CARD).where(Asset.id == asset_id))
    closes = select(FxClose.date, FxClose.close).where(FxClose.asset_id == asset_id)
    yield from session.execute(closes)
