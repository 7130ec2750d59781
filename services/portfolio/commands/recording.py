"""Transactions recorded: one, many, all of many or those of them that are sound."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.portfolio.commands import ledger
from services.portfolio.commands.assets import assets_for, learn_assets
from services.portfolio.commands.changes import all_changeable, announced, card_events
from services.portfolio.commands.rows import Refusals, RowsRefused, filled
from services.portfolio.domain.entries import Entry
from services.portfolio.domain.errors import LedgerError
from services.portfolio.models import (
    COLUMNS,
    Asset,
    NewTransaction,
    Portfolio,
    Transaction,
    TransactionFields,
    card_of,
)
from services.portfolio.outside.owners import Owners
from shared.bus import outbox
from shared.db import copy_in
from shared.errors import Conflict, ServiceError
from shared.events import Event
from shared.faults import crash_point
from shared.finance.entries import DISPOSALS, EntryType

# Rows that had to wait for the external_id of one that the ledger refuses are tried again, but
# not ten thousand times where all rows have the same one.
_ROUNDS: Final = 5


def record_transaction(
    session: Session, owner_id: int, fields: TransactionFields, owners: Owners | None = None
) -> int:
    """Record one transaction and return its id.

    Args:
        owners: see `record_sound_transactions`.

    Raises:
        NotFound: the portfolio is not the owner's.
        Conflict: its `external_id` is taken.
        ValidationFailed: the asset or a field is wrong, or more leaves than is held on some day.
        Unavailable: the asset is new to us, and its owner does not answer.
    """
    try:
        [transaction_id] = record_transactions(session, owner_id, [fields], owners)
    except RowsRefused as refused:
        raise refused.errors[0] from None
    return transaction_id


def record_transactions(
    session: Session,
    owner_id: int,
    rows: Sequence[TransactionFields],
    owners: Owners | None = None,
) -> list[int]:
    """Record all of `rows`, or none; return their ids in the order of the rows.

    Args:
        owners: see `record_sound_transactions`.

    Raises:
        RowsRefused: names what is wrong by the index of the row.
        Unavailable: an asset is new to us, and its owner does not answer.
    """
    ids: list[int] = []
    refusals = Refusals()
    for index, outcome in enumerate(record_sound_transactions(session, owner_id, rows, owners)):
        if isinstance(outcome, ServiceError):
            refusals[index] = outcome
        else:
            ids.append(outcome)
    refusals.raise_any()
    return ids


def record_sound_transactions(
    session: Session,
    owner_id: int,
    rows: Sequence[TransactionFields],
    owners: Owners | None = None,
    *,
    import_id: int | None = None,
) -> list[int | ServiceError]:
    """Record those of `rows` that are sound; return of each its id, or why it is refused.

    They are created by date, acquisitions before disposals before ADJUSTMENTs, however they are
    ordered; but those of an import in the order in which they come.

    Args:
        rows: of one or several portfolios.
        owners: are asked for assets that are new to us; None asks nobody.
        import_id: of the import that they come by.

    Raises:
        Unavailable: an asset is new to us, and its owner does not answer.
    """
    if not rows:
        return []
    ids = {row.asset for row in rows if row.asset is not None}
    learn_assets(session, ids, owners)
    assets = assets_for(session, owner_id, ids)
    portfolios = all_changeable(session, owner_id, {row.portfolio for row in rows})
    outcomes: dict[int, int | ServiceError] = {}
    rounds: list[_Round] = []
    waiting: Sequence[int] = range(len(rows))
    while waiting and len(rounds) < _ROUNDS:
        of_round = [rows[index] for index in waiting]
        rounds.append(_record(session, of_round, portfolios, assets, import_id))
        outcomes |= dict(zip(waiting, rounds[-1].outcomes, strict=True))
        waiting = [waiting[index] for index in rounds[-1].freed]
    _tell(session, portfolios.values(), rounds)
    return [outcomes[index] for index in range(len(rows))]


class _Created(NamedTuple):
    """A transaction that is stored: what the ledger makes of it, and its card."""

    entry: Entry
    card: Mapping[str, Any]

    @property
    def id(self) -> int:
        """Its id."""
        return self.entry.id


class _Round(NamedTuple):
    """What became of rows that were recorded together.

    Attributes:
        outcomes: of each row its id, or why it is refused.
        freed: rows that were refused for an `external_id` of another one that then was refused
            itself.
        new: cards of what was recorded, in the order of creation.
        of_positions: what to tell of positions.
    """

    outcomes: Sequence[int | ServiceError]
    freed: Sequence[int]
    new: Sequence[Mapping[str, Any]]
    of_positions: Sequence[Event]


def _record(
    session: Session,
    rows: Sequence[TransactionFields],
    portfolios: Mapping[int, Portfolio],
    assets: Mapping[int, Asset],
    import_id: int | None,
) -> _Round:
    """Record what is sound."""
    refusals = Refusals()
    sound = filled(session, rows, portfolios, assets, refusals, of_import=import_id is not None)
    if import_id is None:
        sound = dict(sorted(sound.items(), key=lambda item: _order_of_creation(item[1].entry)))
    new = _create(session, sound, assets, import_id)
    crash_point("mid_bulk")
    misfits: dict[int, LedgerError] = {}
    of_positions: list[Event] = []
    for portfolio in portfolios.values():
        of_portfolio, events = _post(session, portfolio, new.values())
        misfits |= of_portfolio
        of_positions += events
    refused = {index: misfits[row.id] for index, row in new.items() if row.id in misfits}
    free = {(rows[index].portfolio, rows[index].external_id) for index in refused}
    freed = [
        index
        for index, error in refusals.items()
        if isinstance(error, Conflict) and (rows[index].portfolio, rows[index].external_id) in free
    ]
    refusals |= refused
    outcomes = [refusals.get(index) or new[index].id for index in range(len(rows))]
    cards = [row.card for index, row in new.items() if index not in refused]
    return _Round(outcomes, freed, cards, of_positions)


def _create(
    session: Session,
    transactions: Mapping[int, NewTransaction],
    assets: Mapping[int, Asset],
    import_id: int | None,
) -> dict[int, _Created]:
    """Store `transactions`, whose ids ascend in their order; return them by the same index."""
    reserved = select(func.array_agg(func.nextval("transactions_id_seq"))).select_from(
        func.generate_series(1, len(transactions))
    )
    ids = sorted(session.scalar(reserved) or ())
    symbols: Mapping[int | None, str] = {asset.id: asset.symbol for asset in assets.values()}
    now = datetime.now(UTC).isoformat()
    created: dict[int, _Created] = {}

    def rows() -> Iterator[Sequence[Any]]:
        for (index, transaction), id_ in zip(transactions.items(), ids, strict=True):
            entry = transaction.entry._replace(id=id_)
            card = card_of(
                transaction.fields,
                entry,
                symbol=symbols.get(entry.asset),
                import_id=import_id,
                created=now,
                modified=now,
            )
            created[index] = _Created(entry, card)
            yield transaction.row(card)

    copy_in(session, Transaction.__tablename__, COLUMNS, rows())
    return created


def _order_of_creation(entry: Entry) -> tuple[date, bool, bool]:
    # An ADJUSTMENT says what is held at the end of its day.
    return entry.date, entry.type is EntryType.ADJUSTMENT, entry.type in DISPOSALS


def _post(
    session: Session, portfolio: Portfolio, created: Iterable[_Created]
) -> tuple[Mapping[int, LedgerError], Sequence[Event]]:
    """Post what is new in one portfolio; take out again what does not fit.

    Returns:
        What was taken out: id → what is wrong with it; and what to tell of positions.
    """
    new = {row.id: row.entry for row in created if row.card["portfolio"] == portfolio.id}
    misfits: Mapping[int, LedgerError] = {}
    try:
        of_positions = ledger.post(session, portfolio, added=new.values())
    except ledger.Unbalanced as unbalanced:
        misfits = ledger.misfits(session, portfolio, unbalanced, new)
        gone = delete(Transaction).where(Transaction.id.in_(misfits))
        session.execute(gone, execution_options={"synchronize_session": False})
        sound = [entry for id_, entry in new.items() if id_ not in misfits]
        of_positions = ledger.post(session, portfolio, added=sound)
    return misfits, of_positions


def _tell(session: Session, portfolios: Iterable[Portfolio], rounds: Sequence[_Round]) -> None:
    """Tell of all that was recorded, however many rounds it took: it is one commit."""
    events: list[Event] = []
    for portfolio in portfolios:
        new = [card for each in rounds for card in each.new if card["portfolio"] == portfolio.id]
        created = card_events(portfolio, "transaction-created", new)
        events += announced(portfolio, created)
    for each in rounds:
        events += each.of_positions
    outbox.add(session, *events)
