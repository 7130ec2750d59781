"""Positions and accounts: what stands in them is what the ledger adds up to, always."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from services.portfolio.commands.changes import position_event
from services.portfolio.domain.cash import account_of, excluding, including, moves_start
from services.portfolio.domain.entries import Entry
from services.portfolio.domain.errors import LedgerError
from services.portfolio.domain.holding import Holding, replay
from services.portfolio.domain.misfits import find_misfits
from services.portfolio.models import LEDGER_ORDER, Portfolio, Position, Transaction
from shared.errors import ValidationFailed
from shared.events import Event
from shared.finance.lots import CostMethod

ByAsset = Mapping[int, Sequence[Entry]]
Stored = Mapping[int, Position]
Holdings = Mapping[int, Holding]


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
    portfolio: Portfolio,
    *,
    added: Iterable[Entry] = (),
    removed: Iterable[Entry] = (),
) -> list[Event]:
    """Bring positions and account in line with a change of the ledger; return what to tell.

    Entries that only follow are applied to what is stored, and no history is read. Anything else
    replays the assets concerned.

    Args:
        portfolio: locked, the rows of its ledger flushed.
        added: entries that are new, or as they are after an edit.
        removed: entries that are gone, or as they were before an edit.

    Raises:
        Unbalanced: more leaves than is held on some day.
    """
    new, old = list(added), list(removed)
    method = CostMethod(portfolio.cost_basis_method)
    new_of, old_of = _by_asset(new), _by_asset(old)
    touched = new_of.keys() | old_of.keys()
    stored = _positions(session, portfolio, touched)
    before = _before(stored, method)
    follow = {asset_id for asset_id in touched - old_of.keys() if _follow(before, asset_id, new_of)}
    start = {asset_id: before[asset_id] for asset_id in follow & before.keys()}
    entries = {asset_id: new_of[asset_id] for asset_id in follow}
    if replayed := touched - follow:
        entries |= _by_asset(_entries(session, portfolio, Transaction.asset_id.in_(replayed)))
    holdings = _holdings(touched, entries, method, start)
    if moves_start(portfolio.account, new, old):
        portfolio.account = account_of(_entries(session, portfolio))
    else:
        portfolio.account = including(excluding(portfolio.account, old), new)
    return _store(session, portfolio, holdings, stored, before)


def misfits(
    session: Session, portfolio: Portfolio, unbalanced: Unbalanced, new: Collection[int]
) -> dict[int, LedgerError]:
    """Return the new entries that must go so that the ledger adds up: id → what is wrong with it.

    Args:
        portfolio: locked, the rows of its ledger flushed.
        unbalanced: what posting the new entries raised.
        new: their ids.
    """
    method = CostMethod(portfolio.cost_basis_method)
    concerned = _entries(session, portfolio, Transaction.asset_id.in_(unbalanced.errors))
    errors: dict[int, LedgerError] = {}
    for entries in _by_asset(concerned).values():
        errors |= find_misfits(entries, method, new)
    return errors


def repost(session: Session, portfolio: Portfolio) -> list[Event]:
    """Make positions and account anew from the whole ledger; return what to tell.

    Args:
        portfolio: locked, the rows of its ledger flushed.

    Raises:
        Unbalanced: more leaves than is held on some day.
    """
    method = CostMethod(portfolio.cost_basis_method)
    entries = _entries(session, portfolio)
    by_asset = _by_asset(entries)
    stored = _positions(session, portfolio)
    holdings = _holdings(by_asset.keys() | stored.keys(), by_asset, method, {})
    portfolio.account = account_of(entries)
    return _store(session, portfolio, holdings, stored, _before(stored, method))


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
    portfolio: Portfolio,
    holdings: Holdings,
    stored: Stored,
    before: Holdings,
) -> list[Event]:
    changed: list[tuple[Position, Holding]] = []
    for asset_id, holding in holdings.items():
        position = stored.get(asset_id)
        if position is None:
            position = Position(portfolio_id=portfolio.id, asset_id=asset_id, sequence=0)
            session.add(position)
        elif before[asset_id] == holding:
            continue
        position.sequence += 1
        if holding.last_order is None:
            session.delete(position)
        else:
            position.keep(holding)
        changed.append((position, holding))
    if any(position.id is None for position, _ in changed):
        session.flush()  # it gives new ones their ids
    return [position_event(portfolio, position, holding) for position, holding in changed]


def _positions(
    session: Session, portfolio: Portfolio, assets: Iterable[int] | None = None
) -> dict[int, Position]:
    statement = select(Position).where(Position.portfolio_id == portfolio.id)
    if assets is not None:
        statement = statement.where(Position.asset_id.in_(assets))
    # populate_existing: the portfolio's lock may have been waited for since they were read.
    rows = session.scalars(statement.execution_options(populate_existing=True))
    return {position.asset_id: position for position in rows}


def _entries(
    session: Session, portfolio: Portfolio, *conditions: ColumnElement[bool]
) -> list[Entry]:
    statement = select(Transaction).where(Transaction.portfolio_id == portfolio.id, *conditions)
    return [row.entry for row in session.scalars(statement.order_by(*LEDGER_ORDER))]


def _by_asset(entries: Iterable[Entry]) -> dict[int, list[Entry]]:
    by_asset: defaultdict[int, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: entry.order):
        if entry.asset is not None:
            by_asset[entry.asset].append(entry)
    return dict(by_asset)
