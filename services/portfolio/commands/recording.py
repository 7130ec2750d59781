"""Transactions recorded: one, many, all of many or those of them that are sound."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any, Final, NamedTuple

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, delete, update
from sqlalchemy.orm import Session

from services.portfolio.commands import ledger
from services.portfolio.commands.changes import announced_cards
from services.portfolio.commands.ground import Ground, lock_ground
from services.portfolio.commands.rows import Refusals, filled
from services.portfolio.domain.entries import Entry
from services.portfolio.domain.errors import LedgerError
from services.portfolio.models import (
    COLUMNS,
    OF_LEDGER,
    LedgerPortfolio,
    LockedPortfolio,
    NewTransaction,
    Portfolio,
    RecordedTransaction,
    Transaction,
    TransactionFields,
    card_of,
)
from services.portfolio.outside.owners import Owners
from shared.bus import outbox
from shared.db import Query, copying_in, execute, pipelined
from shared.errors import Conflict, ServiceError
from shared.events import Event
from shared.faults import crash_point
from shared.finance.entries import DISPOSALS, EntryType

# Rows that had to wait for the external_id of one that the ledger refuses are tried again, but
# not ten thousand times where all rows have the same one.
_ROUNDS: Final = 5
_FEW: Final = 10  # rows
_CHANGE: Final = Query(
    update(Portfolio)
    .where(Portfolio.id == bindparam("id"))
    .values(
        transaction_count=Portfolio.transaction_count + bindparam("new"),
        # Each that is new is one event.
        counted_sequence=Portfolio.counted_sequence + bindparam("new"),
    ),
    OF_LEDGER,
)
_TAKE_OUT: Final = Query(
    delete(Transaction).where(Transaction.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
)


class Recorded(NamedTuple):
    """A transaction that is stored: what people wrote, what the ledger makes of it, its card."""

    fields: TransactionFields
    entry: Entry
    card: Mapping[str, Any]

    @property
    def transaction(self) -> RecordedTransaction:
        """What is answered of it."""
        fields, entry = self.fields, self.entry
        moment = datetime.fromisoformat(self.card["created"])
        return RecordedTransaction(
            id=entry.id,
            portfolio_id=fields.portfolio,
            asset_id=fields.asset,
            transaction_type=fields.transaction_type,
            date=entry.date,
            quantity=entry.quantity,
            price=entry.price,
            amount=entry.amount,
            fees=entry.fees,
            taxes=entry.taxes,
            currency=entry.currency,
            exchange_rate=entry.exchange_rate,
            ratio=entry.ratio,
            notes=fields.notes,
            external_id=fields.external_id,
            import_id=self.card["import_id"],
            revision=1,
            created=moment,
            modified=moment,
        )


def record_transaction(
    session: Session, owner_id: int, fields: TransactionFields, owners: Owners | None = None
) -> Recorded:
    """Record one transaction and return it.

    Args:
        owners: see `record_sound_transactions`.

    Raises:
        NotFound: the portfolio is not the owner's.
        Conflict: its `external_id` is taken.
        ValidationFailed: the asset or a field is wrong, or more leaves than is held on some day.
        Unavailable: the asset is new to us, and its owner does not answer.
    """
    [outcome] = _record_sound(session, owner_id, [fields], owners)
    if isinstance(outcome, ServiceError):
        raise outcome
    return outcome


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
    outcomes = _record_sound(session, owner_id, rows, owners, import_id)
    return [
        outcome if isinstance(outcome, ServiceError) else outcome.entry.id for outcome in outcomes
    ]


def _record_sound(
    session: Session,
    owner_id: int,
    rows: Sequence[TransactionFields],
    owners: Owners | None,
    import_id: int | None = None,
) -> list[Recorded | ServiceError]:
    """Return what became of each row; see `record_sound_transactions`."""
    if not rows:
        return []
    outcomes: dict[int, Recorded | ServiceError] = {}
    rounds: list[_Round] = []
    waiting: Sequence[int] = range(len(rows))
    # Few go to the server together; COPY, which many go by, goes alone.
    with pipelined(session) if len(rows) <= _FEW else nullcontext():
        ground = lock_ground(session, owner_id, rows, owners)
        while waiting and len(rounds) < _ROUNDS:
            of_round = [rows[index] for index in waiting]
            rounds.append(_record(session, of_round, ground, import_id, is_first=not rounds))
            outcomes |= dict(zip(waiting, rounds[-1].outcomes, strict=True))
            waiting = [waiting[index] for index in rounds[-1].freed]
        _tell(session, ground.portfolios.values(), rounds)
    return [outcomes[index] for index in range(len(rows))]


class _Round(NamedTuple):
    """What became of rows that were recorded together.

    Attributes:
        outcomes: of each row what was stored, or why it is refused.
        freed: rows that were refused for an `external_id` of another one that then was refused
            itself.
        new: cards of what was recorded, by portfolio, in the order of creation.
        of_positions: what to tell of positions.
    """

    outcomes: Sequence[Recorded | ServiceError]
    freed: Sequence[int]
    new: Mapping[int, Sequence[Mapping[str, Any]]]
    of_positions: Sequence[Event]


def _record(
    session: Session,
    rows: Sequence[TransactionFields],
    ground: Ground,
    import_id: int | None,
    *,
    is_first: bool,
) -> _Round:
    """Record what is sound.

    Args:
        is_first: whether the positions are still as they were read with the ground.
    """
    refusals = Refusals()
    sound = filled(
        session,
        rows,
        ground.portfolios,
        ground.assets,
        refusals,
        of_import=import_id is not None,
    )
    if import_id is None:
        sound = dict(sorted(sound.items(), key=lambda item: _order_of_creation(item[1].entry)))
    misfits: dict[int, LedgerError] = {}
    of_positions: list[Event] = []
    with _creating(session, sound, ground, import_id) as new:
        crash_point("mid_bulk")
        in_portfolio: defaultdict[int, list[Recorded]] = defaultdict(list)
        for row in new.values():
            in_portfolio[row.fields.portfolio].append(row)
        for portfolio in ground.portfolios.values():
            stored = ground.positions.get(portfolio.id, {}) if is_first else None
            entries = [row.entry for row in in_portfolio[portfolio.id]]
            of_portfolio, events = _post(session, portfolio, entries, stored)
            misfits |= of_portfolio
            of_positions += events
    refused = {
        index: misfits[row.entry.id] for index, row in new.items() if row.entry.id in misfits
    }
    free = {(rows[index].portfolio, rows[index].external_id) for index in refused}
    freed = [
        index
        for index, error in refusals.items()
        if isinstance(error, Conflict) and (rows[index].portfolio, rows[index].external_id) in free
    ]
    refusals |= refused
    outcomes = [refusals.get(index) or new[index] for index in range(len(rows))]
    cards = {
        portfolio_id: [row.card for row in recorded if row.entry.id not in misfits]
        for portfolio_id, recorded in in_portfolio.items()
    }
    return _Round(outcomes, freed, cards, of_positions)


@contextmanager
def _creating(
    session: Session,
    transactions: Mapping[int, NewTransaction],
    ground: Ground,
    import_id: int | None,
) -> Iterator[dict[int, Recorded]]:
    """Store `transactions`, whose ids ascend in their order; give them by the same index.

    What is inside adds up while the server ends storing them.
    """
    symbols: Mapping[int | None, str] = {asset.id: asset.symbol for asset in ground.assets.values()}
    now = datetime.now(UTC).isoformat()
    created: dict[int, Recorded] = {}

    def rows() -> Iterator[Sequence[Any]]:
        for index, transaction in transactions.items():
            entry = transaction.entry.numbered(next(ground.ids))
            card = card_of(
                transaction.fields,
                entry,
                symbol=symbols.get(entry.asset),
                import_id=import_id,
                created=now,
                modified=now,
            )
            created[index] = Recorded(transaction.fields, entry, card)
            yield transaction.row(card)

    with copying_in(session, Transaction.__tablename__, COLUMNS, rows()):
        yield created


def _order_of_creation(entry: Entry) -> tuple[date, bool, bool]:
    # An ADJUSTMENT says what is held at the end of its day.
    return entry.date, entry.type is EntryType.ADJUSTMENT, entry.type in DISPOSALS


def _post(
    session: Session,
    portfolio: LedgerPortfolio,
    new: Sequence[Entry],
    stored: ledger.Stored | None,
) -> tuple[Mapping[int, LedgerError], Sequence[Event]]:
    """Post what is new in one portfolio; take out again what does not fit.

    Returns:
        What was taken out: id → what is wrong with it; and what to tell of positions.
    """
    misfits: Mapping[int, LedgerError] = {}
    try:
        of_positions = ledger.post(session, portfolio, added=new, stored=stored)
    except ledger.Unbalanced as unbalanced:
        ids = {entry.id for entry in new}
        misfits = ledger.misfits(session, portfolio, unbalanced, ids)
        execute(session, _TAKE_OUT, {"ids": list(misfits)})
        sound = [entry for entry in new if entry.id not in misfits]
        of_positions = ledger.post(session, portfolio, added=sound, stored=stored)
    return misfits, of_positions


def _tell(
    session: Session, portfolios: Iterable[LockedPortfolio], rounds: Sequence[_Round]
) -> None:
    """Tell of all that was recorded, however many rounds it took: it is one commit."""
    events: list[Iterable[Event]] = []
    changed: list[Mapping[str, Any]] = []
    for portfolio in portfolios:
        if new := [*chain(*(each.new.get(portfolio.id, ()) for each in rounds))]:
            events.append(announced_cards(portfolio, "transaction-created", new))
            changed.append({"id": portfolio.id, "new": len(new), **portfolio.columns})
    if changed:
        execute(session, _CHANGE, *changed)
        of_positions = (each.of_positions for each in rounds)
        outbox.add_all(session, chain(*events, *of_positions))
