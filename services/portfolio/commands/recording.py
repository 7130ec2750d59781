"""Transactions recorded: one, many, all of many or those of them that are sound."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.portfolio.commands import ledger
from services.portfolio.commands.assets import assets_for, learn_assets
from services.portfolio.commands.changes import all_changeable, announced, transaction_events
from services.portfolio.commands.rows import Refusals, RowsRefused, filled
from services.portfolio.domain.errors import LedgerError
from services.portfolio.models import Asset, Portfolio, Transaction, TransactionFields
from services.portfolio.outside.owners import Owners
from shared.bus import outbox
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


class _Round(NamedTuple):
    """What became of rows that were recorded together.

    Attributes:
        outcomes: of each row its id, or why it is refused.
        freed: rows that were refused for an `external_id` of another one that then was refused
            itself.
        new: what was recorded, in the order of creation.
        of_positions: what to tell of positions.
    """

    outcomes: Sequence[int | ServiceError]
    freed: Sequence[int]
    new: Sequence[Transaction]
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
    ordered = (
        sorted(sound.values(), key=_order_of_creation) if import_id is None else sound.values()
    )
    _create(session, ordered, import_id)
    crash_point("mid_bulk")
    misfits: dict[int, LedgerError] = {}
    of_positions: list[Event] = []
    for portfolio in portfolios.values():
        of_portfolio, events = _post(session, portfolio, ordered)
        misfits |= of_portfolio
        of_positions += events
    free = {(row.portfolio_id, row.external_id) for row in ordered if row.id in misfits}
    freed = [
        index
        for index, error in refusals.items()
        if isinstance(error, Conflict) and (rows[index].portfolio, rows[index].external_id) in free
    ]
    refusals |= {index: misfits[row.id] for index, row in sound.items() if row.id in misfits}
    outcomes = [refusals.get(index) or sound[index].id for index in range(len(rows))]
    new = [row for row in ordered if row.id not in misfits]
    return _Round(outcomes, freed, new, of_positions)


def _create(session: Session, transactions: Collection[Transaction], import_id: int | None) -> None:
    """Insert `transactions`, whose ids ascend in their order.

    With ids and times given, nothing has to come back from the database: three times as fast.
    """
    reserved = select(func.nextval("transactions_id_seq")).select_from(
        func.generate_series(1, len(transactions))
    )
    now = datetime.now(UTC)
    for transaction, id_ in zip(transactions, sorted(session.scalars(reserved)), strict=True):
        transaction.id, transaction.revision = id_, 1
        transaction.import_id = import_id
        transaction.created = transaction.modified = now
    session.add_all(transactions)
    session.flush()


def _order_of_creation(transaction: Transaction) -> tuple[date, bool, bool]:
    # An ADJUSTMENT says what is held at the end of its day.
    adjusts = transaction.transaction_type == EntryType.ADJUSTMENT
    return transaction.date, adjusts, transaction.transaction_type in DISPOSALS


def _post(
    session: Session, portfolio: Portfolio, transactions: Iterable[Transaction]
) -> tuple[Mapping[int, LedgerError], Sequence[Event]]:
    """Post what is new in one portfolio; take out again what does not fit.

    Returns:
        What was taken out: id → what is wrong with it; and what to tell of positions.
    """
    new = {row.id: row for row in transactions if row.portfolio_id == portfolio.id}
    misfits: Mapping[int, LedgerError] = {}
    try:
        of_positions = ledger.post(session, portfolio, added=[row.entry for row in new.values()])
    except ledger.Unbalanced as unbalanced:
        misfits = ledger.misfits(session, portfolio, unbalanced, new)
        gone = delete(Transaction).where(Transaction.id.in_(misfits))
        session.execute(gone, execution_options={"synchronize_session": False})
        new = {id_: row for id_, row in new.items() if id_ not in misfits}
        of_positions = ledger.post(session, portfolio, added=[row.entry for row in new.values()])
    return misfits, of_positions


def _tell(session: Session, portfolios: Iterable[Portfolio], rounds: Sequence[_Round]) -> None:
    """Tell of all that was recorded, however many rounds it took: it is one commit."""
    for portfolio in portfolios:
        new = [row for each in rounds for row in each.new if row.portfolio_id == portfolio.id]
        events = transaction_events(session, portfolio, "transaction-created", new)
        outbox.add(session, *announced(portfolio, events))
    outbox.add(session, *(event for each in rounds for event in each.of_positions))
