"""Imports taken back: their rows, and the assets that were made for them.

Assets are another service's. It is asked before anything is locked; the rows go, and with them an
event is written down that says which assets go too. So both happen or none, whatever dies when.
Until the event is heard the assets are there still; who hears it has them released here
(`commands.assets`), which those are not that a transaction names again by then.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.portfolio.commands import ledger
from services.portfolio.commands.changes import changeable
from services.portfolio.commands.transactions import delete_entries
from services.portfolio.models import Asset, Portfolio, Transaction
from services.portfolio.outside.owners import AssetOfImport, Owners
from services.portfolio.queries import ledgers, portfolios
from shared.bus import outbox
from shared.errors import Conflict, NotFound
from shared.events import Event
from shared.faults import crash_point

_NAMED: Final = "Other transactions name it."
_WATCHED: Final = "An alert rule is on it."
_RECORDED: Final = "It has prices or splits that you recorded."
_NOT_SAID: Final = "Nothing needs it any more: DELETE /api/assets/{id}/ retires it."


@dataclass(frozen=True, slots=True)
class AssetLeft:
    """An asset that was made for an import which is taken back.

    Attributes:
        reason: why it stays; None of one that goes.
    """

    id: int
    symbol: str
    name: str
    reason: str | None

    @property
    def is_deleted(self) -> bool:
        """Whether it goes with the import."""
        return self.reason is None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back.

    Attributes:
        deleted: transactions.
        assets: of the user's own that imports made for them.
    """

    deleted: int
    assets: Sequence[AssetLeft]


def take_back_import(
    session: Session,
    owner_id: int,
    import_id: int,
    *,
    owners: Owners,
    delete_assets: bool = False,
) -> TakenBack:
    """Take all rows that are left of an import out of their ledger, in one replay.

    Args:
        owners: say which assets were made for imports, and what else is on them.
        delete_assets: whether those that nothing else needs go too.

    Raises:
        NotFound: there is none of that id, or it is somebody else's.
        Conflict: without them more would leave than is held on some day; names what stands in
            the way.
        Unavailable: an owner must be asked and does not answer.
    """
    portfolio = _portfolio(session, owner_id, import_id)
    made = _made(session, owner_id, import_id, owners)
    watched = owners.watched(owner_id, [it.id for it in made]) if made and delete_assets else set()
    deleted = _delete(session, portfolio, import_id)
    named = ledgers.named_assets(session, [it.id for it in made])
    assets = [_left(it, named, watched, delete_assets=delete_assets) for it in made]
    if gone := [it.id for it in assets if it.is_deleted]:
        data = {"import_id": import_id, "portfolio": portfolio.id, "owner": owner_id}
        event = {**data, "assets": gone}
        outbox.add(
            session, Event.now("portfolio", "import-taken-back", f"imports/{import_id}", 1, event)
        )
    crash_point("before_import_is_taken_back")
    return TakenBack(deleted, assets)


def _portfolio(session: Session, owner_id: int, import_id: int) -> Portfolio:
    of_import = select(Transaction.portfolio_id).where(Transaction.import_id == import_id).limit(1)
    try:
        return portfolios.row(session, owner_id, session.scalar(of_import) or 0)
    except NotFound:
        raise NotFound.of("import") from None


def _made(session: Session, owner_id: int, import_id: int, owners: Owners) -> list[AssetOfImport]:
    """Return the assets of an import's rows that were made for an import."""
    own = (
        select(Asset.id)
        .join(Transaction, Transaction.asset_id == Asset.id)
        .where(Transaction.import_id == import_id, Asset.owner_id == owner_id)
    )
    ids = session.scalars(own.distinct()).all()
    return owners.of_imports(owner_id, ids) if ids else []


def _delete(session: Session, portfolio: Portfolio, import_id: int) -> int:
    locked = changeable(session, portfolio.owner_id, portfolio.id)
    rows = session.scalars(
        select(Transaction)
        .where(Transaction.import_id == import_id)
        .order_by(Transaction.id)
        .execution_options(populate_existing=True)
    ).all()
    try:
        delete_entries(session, locked, rows)
    except ledger.Unbalanced as unbalanced:
        raise _stands_in_the_way(unbalanced) from unbalanced
    return len(rows)


def _left(
    asset: AssetOfImport,
    named: Collection[int],
    watched: Collection[int],
    *,
    delete_assets: bool,
) -> AssetLeft:
    reasons = {
        _NAMED: asset.id in named,
        _WATCHED: asset.id in watched,
        _RECORDED: asset.has_own_records,
        _NOT_SAID.format(id=asset.id): not delete_assets,
    }
    reason = next((reason for reason, is_so in reasons.items() if is_so), None)
    return AssetLeft(asset.id, asset.symbol, asset.name, reason)


def _stands_in_the_way(unbalanced: ledger.Unbalanced) -> Conflict:
    reasons = [
        f"transaction {error.entry}: {error.message}" for error in unbalanced.errors.values()
    ]
    return Conflict("What is held rests on this import. " + " ".join(reasons))
