"""Positions and accounts: what stands in them is what the ledger adds up to, always."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    any_,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from services.portfolio.commands.changes import position_event
from services.portfolio.domain.cash import account_of, excluding, including, moves_start
from services.portfolio.domain.entries import Entry
from services.portfolio.domain.errors import LedgerError
from services.portfolio.domain.holding import Holding, replay
from services.portfolio.domain.misfits import find_misfits
from services.portfolio.models import (
    LEDGER_ORDER,
    OF_ENTRY,
    OF_HOLDING,
    LedgerPortfolio,
    Position,
    StoredPosition,
    Transaction,
    columns_of,
    entry_of_row,
)
from shared.db import Query, Reader, execute, pipelined
from shared.errors import ValidationFailed
from shared.events import Event
from shared.finance.lots import CostMethod

ByAsset = Mapping[int, Sequence[Entry]]
Stored = Mapping[int, StoredPosition]
Holdings = Mapping[int, Holding]

_STORED: Final = select(*(getattr(Position, name) for name in StoredPosition._fields)).where(
    Position.portfolio_id == any_(bindparam("portfolios", type_=ARRAY(BigInteger)))
)
_ALL: Final = Query(_STORED)
_IN_ASSETS: Final = Query(
    _STORED.where(Position.asset_id == any_(bindparam("assets", type_=ARRAY(BigInteger))))
)
_LEDGER: Final = (
    select(*(getattr(Transaction, name) for name in OF_ENTRY))
    .where(Transaction.portfolio_id == bindparam("portfolio"))
    .order_by(*LEDGER_ORDER)
)
_ENTRIES: Final = Query(_LEDGER)
_ENTRIES_OF: Final = Query(
    _LEDGER.where(Transaction.asset_id == any_(bindparam("assets", type_=ARRAY(BigInteger))))
)
_OPEN: Final = Query(
    insert(Position).returning(Position.id), ("portfolio_id", "asset_id", "sequence", *OF_HOLDING)
)
_CHANGE: Final = Query(
    update(Position).where(Position.id == bindparam("position")), ("sequence", *OF_HOLDING)
)
_FORGET: Final = Query(delete(Position).where(Position.id == bindparam("position")))


class Unbalanced(ValidationFailed):
    """The ledger would not add up; answered as the first of its errors.

    Attributes:
        errors: asset → what is wrong with its entries.
    """

    def __init__(self, errors: Mapping[int, LedgerError]) -> None:
        first = next(iter(errors.values()))
        super().__init__(first.fields, first.message, code=first.code)
        self.errors = errors


def post(
    session: Session,
    portfolio: LedgerPortfolio,
    *,
    added: Iterable[Entry] = (),
    removed: Iterable[Entry] = (),
    stored: Stored | None = None,
) -> list[Event]:
    """Bring positions and account in line with a change of the ledger; return what to tell.

    Entries that only follow are applied to what is stored, and no history is read. Anything else
    replays the assets concerned.

    Args:
        portfolio: locked, the rows of its ledger flushed.
        added: entries that are new, or as they are after an edit.
        removed: entries that are gone, or as they were before an edit.
        stored: the positions in the assets concerned, if they were read under the lock already.

    Raises:
        Unbalanced: more leaves than is held on some day.
    """
    new, old = sorted(added, key=attrgetter("order")), list(removed)
    method = CostMethod(portfolio.cost_basis_method)
    new_of, old_of = _by_asset(new), _by_asset(old)
    touched = new_of.keys() | old_of.keys()
    if stored is None:
        stored = by_its_asset(find_positions(session, [portfolio.id], touched))
    before = _before(stored, method)
    follow = {asset_id for asset_id in touched - old_of.keys() if _follow(before, asset_id, new_of)}
    start = {asset_id: before[asset_id] for asset_id in follow & before.keys()}
    entries = {asset_id: new_of[asset_id] for asset_id in follow}
    if replayed := touched - follow:
        entries |= _by_asset(_entries_of(session, portfolio, replayed))
    holdings = _holdings(touched, entries, method, start)
    if moves_start(portfolio.account, new, old):
        portfolio.account = account_of(_entries(session, portfolio))
    else:
        portfolio.account = including(excluding(portfolio.account, old), new)
    return _store(session, portfolio, holdings, stored, before)


def misfits(
    session: Session, portfolio: LedgerPortfolio, unbalanced: Unbalanced, new: Collection[int]
) -> dict[int, LedgerError]:
    """Return the new entries that must go so that the ledger adds up: id → what is wrong with it.

    Args:
        portfolio: locked, the rows of its ledger flushed.
        unbalanced: what posting the new entries raised.
        new: their ids.
    """
    method = CostMethod(portfolio.cost_basis_method)
    concerned = _entries_of(session, portfolio, unbalanced.errors)
    errors: dict[int, LedgerError] = {}
    for entries in _by_asset(concerned).values():
        errors |= find_misfits(entries, method, new)
    return errors


def repost(session: Session, portfolio: LedgerPortfolio) -> list[Event]:
    """Make positions and account anew from the whole ledger; return what to tell.

    Args:
        portfolio: locked, the rows of its ledger flushed.

    Raises:
        Unbalanced: more leaves than is held on some day.
    """
    method = CostMethod(portfolio.cost_basis_method)
    entries = _entries(session, portfolio)
    by_asset = _by_asset(entries)
    stored = by_its_asset(execute(session, _ALL, {"portfolios": [portfolio.id]}))
    holdings = _holdings(by_asset.keys() | stored.keys(), by_asset, method, {})
    portfolio.account = account_of(entries)
    return _store(session, portfolio, holdings, stored, _before(stored, method))


def find_positions(session: Session, portfolio_ids: Iterable[int], assets: Iterable[int]) -> Reader:
    """Read the positions of some portfolios in some assets, each a row of `StoredPosition`."""
    return execute(session, _IN_ASSETS, {"portfolios": list(portfolio_ids), "assets": list(assets)})


def by_its_asset(rows: Iterable[Any]) -> dict[int, StoredPosition]:
    """Return positions of one portfolio, as they were read, by their assets."""
    return {row.asset_id: StoredPosition._make(row) for row in rows}


def _before(stored: Stored, method: CostMethod) -> Holdings:
    return {asset_id: position.holding(method) for asset_id, position in stored.items()}


def _follow(before: Holdings, asset_id: int, new_of: ByAsset) -> bool:
    return asset_id not in before or before[asset_id].follows(new_of[asset_id][0])


def _holdings(
    assets: Iterable[int], entries: ByAsset, method: CostMethod, start: Holdings
) -> dict[int, Holding]:
    nothing = Holding.nothing(method)
    holdings: dict[int, Holding] = {}
    errors: dict[int, LedgerError] = {}
    for asset_id in sorted(assets):
        try:
            holdings[asset_id] = replay(entries.get(asset_id, ()), start.get(asset_id, nothing))
        except LedgerError as error:
            errors[asset_id] = error
    if errors:
        raise Unbalanced(errors)
    return holdings


def _store(
    session: Session,
    portfolio: LedgerPortfolio,
    holdings: Holdings,
    stored: Stored,
    before: Holdings,
) -> list[Event]:
    changed = {
        asset_id: holding
        for asset_id, holding in holdings.items()
        if asset_id not in stored or before[asset_id] != holding
    }
    new = {asset_id: changed[asset_id] for asset_id in changed if asset_id not in stored}
    numbers = _open(session, portfolio, new) if new else {}
    kept, gone = [], []
    for asset_id, holding in changed.items():
        if asset_id in new:
            continue
        position = stored[asset_id]
        numbers[asset_id] = position.id, position.sequence + 1
        if holding.last_order is None:
            gone.append({"position": position.id})
        else:
            values = {"position": position.id, "sequence": position.sequence + 1}
            kept.append(values | columns_of(holding))
    if kept:
        execute(session, _CHANGE, *kept)
    if gone:
        execute(session, _FORGET, *gone)
    return [
        position_event(portfolio, asset_id, *numbers[asset_id], holding)
        for asset_id, holding in changed.items()
    ]


def _open(
    session: Session, portfolio: LedgerPortfolio, holdings: Holdings
) -> dict[int, tuple[int, int]]:
    """Store new positions; return the id and the sequence of each by its asset."""
    with pipelined(session):
        opened = {
            asset_id: execute(
                session,
                _OPEN,
                {"portfolio_id": portfolio.id, "asset_id": asset_id, "sequence": 1}
                | columns_of(holding),
            )
            for asset_id, holding in holdings.items()
        }
        return {asset_id: (row.fetchall()[0].id, 1) for asset_id, row in opened.items()}


def _entries(session: Session, portfolio: LedgerPortfolio) -> list[Entry]:
    rows = execute(session, _ENTRIES, {"portfolio": portfolio.id})
    return [entry_of_row(row) for row in rows]


def _entries_of(session: Session, portfolio: LedgerPortfolio, assets: Iterable[int]) -> list[Entry]:
    rows = execute(session, _ENTRIES_OF, {"portfolio": portfolio.id, "assets": list(assets)})
    return [entry_of_row(row) for row in rows]


def _by_asset(entries: Iterable[Entry]) -> dict[int, list[Entry]]:
    by_asset: defaultdict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.asset is not None:
            by_asset[entry.asset].append(entry)
    return dict(by_asset)
