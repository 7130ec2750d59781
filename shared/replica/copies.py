"""A copy of another service's rows, and the two orders in which events change one.

Every copy has the sequence of the last event that it contains, and never moves back.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    any_,
    bindparam,
    false,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session

from shared.bus.inbox import Together
from shared.db import Database, Query, execute
from shared.errors import NotFound
from shared.events import Event
from shared.observability import logger
from shared.replica.asking import answered

log = logger(__name__)

T = TypeVar("T")
Handler = Callable[[Session, Event], None]
Handlers = Callable[[Session, Sequence[Event]], None]

_EVERY_ROW: Final = true()
_NO_ROW: Final = false()


class _Ours(NamedTuple):
    """What a row of ours is; see `Stepwise`."""

    sequence: int
    is_whole: bool = True
    is_behind: bool = False


# Of which the first step is made.
_NOTHING: Final = _Ours(0)


class Card(Protocol):
    """What is copied of a row; a named tuple (see `shared.events.cards`)."""

    @property
    def id(self) -> int:
        """The row's number, at its owner and here."""

    def _asdict(self) -> dict[str, Any]: ...


class Snapshot(Protocol):
    """All that an owner says of a row, as of one sequence."""

    @property
    def sequence(self) -> int:
        """That of the last event on the row."""

    @property
    def card(self) -> Card:
        """The row itself."""


S = TypeVar("S", bound=Snapshot)
StoreFor = Callable[[Session, S, Event], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Replica(Generic[S]):
    """What we copy of another service's rows.

    Attributes:
        name: what they are, in the plural.
        key, sequence: the columns with the owner's number, and with what our copy contains.
        is_whole: of our rows; not those that only say that something is gone, or are less than
            a copy.
        ids: lists the owner's rows.
        ask: returns what the owner says of some of them; those that there are not are left out.
        at_once: how many of them are asked for at once.
        store: replaces what we have of one, unless ours is newer.
        forget: takes (session, id, our sequence) of one that its owner no longer knows.
    """

    name: str
    database: Database
    key: InstrumentedAttribute[int]
    sequence: InstrumentedAttribute[int]
    is_whole: ColumnElement[bool] = _EVERY_ROW
    ids: Callable[[], Iterable[int]]
    ask: Callable[[Sequence[int]], Iterable[S]]
    at_once: int = 1
    store: Callable[[Session, S], object]
    forget: Callable[[Session, int, int], None]

    def adopt(self, ids: Sequence[int]) -> set[int]:
        """Ask the owner for some rows and store each in a unit of its own.

        Returns:
            Those that there are.

        Raises:
            Unavailable: the owner does not answer.
        """
        adopted = set()
        for snapshot in self.ask(ids):
            self._unit(self.store, snapshot)
            adopted.add(snapshot.card.id)
        return adopted

    def require(self, event: Event, key: int) -> None:
        """Have a row adopted that an event needs, whether or not its owner knows it.

        Raises:
            Missing: that was not done yet.
        """
        answered(event, (self.name, key), lambda: self.adopt([key]))

    def kept(self, session: Session) -> dict[int, int]:
        """Return id → sequence of what we have."""
        rows = session.execute(select(self.key, self.sequence).where(self.is_whole))
        return dict(rows.all())

    def _locked(self, *more: ColumnElement[bool]) -> Query:
        ours = select(self.key, self.sequence).add_columns(*more)
        of_those = self.key == any_(bindparam("keys", type_=ARRAY(BigInteger)))
        # A weaker lock than FOR UPDATE, which would wait for whoever stores what refers to it.
        return Query(ours.where(of_those).order_by(self.key).with_for_update(key_share=True))

    def replace(self, session: Session, snapshot: S, seen: int | None) -> None:
        """Store what the owner says of a row, even where ours claims to be newer.

        Args:
            seen: the sequence at which ours has rested; one that has moved since stays.
        """
        ours = (self.key == snapshot.card.id, self.sequence == seen)
        claim = update(self.key.class_).where(*ours, self.sequence > snapshot.sequence)
        session.execute(claim.values({self.sequence: snapshot.sequence}))
        self.store(session, snapshot)

    def _unit(self, store: Callable[[Session, T], object], what: T) -> None:
        self.database.unit(lambda session: store(session, what))


@dataclass(frozen=True, kw_only=True, eq=False)
class Latest(Replica[S]):
    """A copy whose events carry all of it: the newest wins, and a missing one is no loss.

    Attributes:
        put: stores what an event carries, unless ours is newer.
    """

    put: Callable[[Session, S], object]

    def take(self, read: Callable[[Event], S]) -> Handler:
        """Return the handler of an event that carries what `read` returns."""

        def handle(session: Session, event: Event) -> None:
            self.put(session, read(event))

        return handle


@dataclass(frozen=True, kw_only=True, eq=False)
class Stepwise(Replica[S]):
    """A copy whose events are steps: an older one is dropped, and the next one is applied.

    Where one between is missing, where ours is not whole, or where the event only says that
    something is another now, the owner is asked for all of it. Its answer is newer than the event,
    which then is an older one. If it is not (the owner was restored from a backup), or if there is
    no such thing any more, then what the owner says goes all the same, and the event is dropped.

    Attributes:
        is_behind: of our rows; those whose owner has more, as we know. No step is made from one, so
            it stays as it was after some commit until all of it is stored.
        fall_behind: takes (session, id) of a row of ours that is behind from now on, or once more.
            Whoever gives it has the owner asked by another part of the worker, so that no event
            waits for a long answer; None is to ask at once.
        gone: takes (session, id, sequence) of an event whose subject its owner no longer knows;
            None is nothing.
    """

    is_behind: ColumnElement[bool] = _NO_ROW
    fall_behind: Callable[[Session, int], None] | None = None
    gone: Callable[[Session, int, int], None] | None = None

    @cached_property
    def _ours(self) -> Query:
        """The sequences of rows of ours, locked, and whether they are whole and behind."""
        return self._locked(self.is_whole, self.is_behind)

    def step(self, change: Handler) -> Handler:
        """Return a handler that makes `change` when it is the event's turn."""

        def handle(session: Session, event: Event) -> None:
            if self.is_next(session, event):
                change(session, event)

        return handle

    def steps(self, change: Handlers) -> Together:
        """Return a handler that makes `change` of all events at once whose turn it is."""

        def handle(session: Session, events: Sequence[Event]) -> None:
            self._lock(session, {event.subject_id for event in events})
            if next_ones := [event for event in events if self.is_next(session, event)]:
                change(session, next_ones)

        return Together(handle)

    def ask_again(self, store: StoreFor[S] | None = None) -> Handler:
        """Return the handler of an event that says only that something is another now.

        Args:
            store: does what `self.store` does where nothing but this event is new to us.
        """

        def handle(session: Session, event: Event) -> None:
            self.is_next(session, event, is_step=False, store=store)

        return handle

    def is_next(
        self,
        session: Session,
        event: Event,
        *,
        is_step: bool = True,
        store: StoreFor[S] | None = None,
    ) -> bool:
        """Return whether our row, which this locks, is to be changed by the event.

        Args:
            is_step: whether the event says how; if not, the owner has to be asked.
            store: see `ask_again`.

        Raises:
            Missing: the owner has to be asked, and was not yet.
        """
        key, sequence = event.subject_id, event.sequence
        seen = self._seen(session)
        if key not in seen or sequence > seen[key].sequence + 1:
            self._lock(session, {key})
        ours = seen[key]
        if sequence <= ours.sequence:
            return False
        is_next = ours.is_whole and not ours.is_behind and sequence == ours.sequence + 1
        if is_next and is_step:
            seen[key] = ours._replace(sequence=sequence)
            return True
        if self.fall_behind and ours.sequence and ours.is_whole:
            self.fall_behind(session, key)
            seen[key] = ours._replace(sequence=sequence, is_behind=True)
        else:
            self._fill(event, store if is_next else None)
        return False

    def _lock(self, session: Session, keys: Set[int]) -> None:
        """Look at some rows of ours, which are locked from then on and so move by us alone."""
        seen = self._seen(session)
        rows = execute(session, self._ours, {"keys": list(keys)})
        found = {key: _Ours(*row) for key, *row in rows}
        for key in keys:
            ours = found.get(key, _NOTHING)
            # What was seen may have made a step since, which is not written yet.
            if key not in seen or ours.sequence > seen[key].sequence:
                seen[key] = ours

    def _seen(self, session: Session) -> dict[int, _Ours]:
        seen: dict[int, _Ours] = session.info.setdefault(self, {})
        return seen

    def _fill(self, event: Event, store: StoreFor[S] | None = None) -> None:
        question = (self.name, event.subject_id)
        answered(event, question, lambda: self._adopt_for(event, store))

    def _adopt_for(self, event: Event, store: StoreFor[S] | None) -> None:
        key, sequence = event.subject_id, event.sequence
        snapshot = next(iter(self.ask([key])), None)
        if snapshot is None:
            log.info("owner_knows_nothing", subject=event.subject, sequence=sequence)
            if gone := self.gone:
                self.database.unit(lambda session: gone(session, key, sequence))
            return
        if snapshot.sequence < sequence:
            log.warning("owner_is_behind", subject=event.subject, sequence=sequence)
        if store and snapshot.sequence == sequence:
            self.database.unit(lambda session: store(session, snapshot, event))
        else:
            self._unit(self.store, snapshot)


def each(ask: Callable[[int], S]) -> Callable[[Sequence[int]], Iterator[S]]:
    """Return how several rows are asked for where an owner tells of them one by one.

    Args:
        ask: raises NotFound where there is no such row.
    """

    def several(ids: Sequence[int]) -> Iterator[S]:
        for key in ids:
            try:
                snapshot = ask(key)
            except NotFound:
                continue
            yield snapshot

    return several


def row_of(table: type[DeclarativeBase], snapshot: Snapshot) -> dict[str, Any]:
    """Return a snapshot as a table keeps it: the sequence, and of the card what has a column."""
    values = snapshot.card._asdict() | {"sequence": snapshot.sequence}
    return {name: value for name, value in values.items() if name in table.__table__.c}


def columns_of(table: type[DeclarativeBase], card: type[Card]) -> list[Column[Any]]:
    """Return the columns in which a table keeps what a card says."""
    columns = table.__table__.c
    return [columns[name] for name in getattr(card, "_fields", ()) if name in columns]


def put(session: Session, table: type[DeclarativeBase], values: Mapping[str, Any]) -> bool:
    """Store a copied row unless ours is newer; return whether it was stored.

    Args:
        values: by column; the key and the `sequence` among them.
    """
    return bool(execute(session, _put(table, tuple(values)), values).fetchall())


def put_several(
    session: Session, table: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Store copied rows, each unless ours is newer; all have the same columns, see `put`."""
    execute(session, _put(table, tuple(rows[0])), *rows)


@cache
def _put(table: type[DeclarativeBase], names: tuple[str, ...]) -> Query:
    key = [column.name for column in table.__table__.primary_key]
    row = insert(table)
    changed = {name: row.excluded[name] for name in names if name not in key}
    is_not_older = table.__table__.c.sequence <= row.excluded.sequence
    stored = row.on_conflict_do_update(index_elements=key, set_=changed, where=is_not_older)
    return Query(stored.returning(literal(True)), names)
