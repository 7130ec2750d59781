"""The inbox: each event is applied once, however often it is delivered."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Index,
    Text,
    Uuid,
    bindparam,
    column,
    delete,
    func,
    select,
    table,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column, sessionmaker

from shared.bus import metrics, retention
from shared.bus.backoff import Backoff
from shared.db import Query, execute, retried, sqlstate
from shared.errors import Unavailable
from shared.events import Event
from shared.faults import crash_point
from shared.observability import logger, traced
from shared.spans import are_recorded, past, span

__all__ = [
    "EventHandler",
    "InboxMixin",
    "Together",
    "keep_anew",
    "process",
    "purge",
    "with_patience",
]

T = TypeVar("T")
log = logger(__name__)

EventHandler = Callable[[Session, Event], None]

KEPT_FOR: Final = timedelta(days=30)
# A restart of the database is waited for here, so that the events stay in order.
_ATTEMPTS: Final = 6  # about 4 seconds in all
_SERVER_GONE: Final = ("08", "57P", "53300", "25006")  # connection, shutdown, too many, standby

_INBOX: Final = table(
    "inbox", column("event_id", Uuid()), column("consumer"), column("received_at")
)
_RECORD: Final = Query(
    insert(_INBOX)
    .from_select(
        [_INBOX.c.event_id, _INBOX.c.consumer],
        select(func.unnest(bindparam("ids", type_=ARRAY(Uuid))), bindparam("consumer", type_=Text)),
    )
    .on_conflict_do_nothing()
    .returning(_INBOX.c.event_id)
)


@dataclass(frozen=True)
class Together:
    """A handler of several events at once: what it asks the database, it asks once for all.

    Attributes:
        handle: takes those that follow one another, of one kind of subjects. It has the request id
            and the trace of the last of them.
    """

    handle: Callable[[Session, Sequence[Event]], None]

    def __call__(self, session: Session, event: Event) -> None:
        """Handle a single one."""
        self.handle(session, [event])


class InboxMixin:
    """The table of events that were applied."""

    __tablename__ = "inbox"

    event_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    consumer: Mapped[str] = mapped_column(Text, primary_key=True)
    received_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Index]:  # noqa: N805 - SQLAlchemy passes the class
        """Find what is old; rows arrive in time's order, so a block range index is enough."""
        return (Index("inbox_received_at", "received_at", postgresql_using="brin"),)


def process(
    sessions: sessionmaker[Session],
    consumer: str,
    events: Sequence[Event],
    handlers: Mapping[str, EventHandler],
) -> None:
    """Apply `events`, those of a subject in order, in one transaction with their inbox rows.

    Those that `consumer` has already are dropped, and one without a handler is only recorded. A
    serialization failure or a deadlock does the whole unit again.

    Raises:
        Unavailable: the database does not answer; nothing is wrong with the events.
    """
    unit = partial(_apply, sessions, consumer, events, handlers)
    new = with_patience(lambda: retried(unit))
    crash_point("after_handler_commit_before_ack")
    now = datetime.now(UTC)
    for event in new:
        metrics.LAG.labels(consumer).observe((now - event.time).total_seconds())
    _tell(new)
    metrics.DUPLICATES.labels(consumer).inc(len(events) - len(new))


def _apply(
    sessions: sessionmaker[Session],
    consumer: str,
    events: Sequence[Event],
    handlers: Mapping[str, EventHandler],
) -> Sequence[Event]:
    """Return those that were new."""
    with sessions.begin() as session:
        new = _record(session, consumer, events)
        for handler, turn in _turns(new, handlers):
            with _processing(turn):
                if isinstance(handler, Together):
                    handler.handle(session, turn)
                else:
                    handler(session, *turn)
            # The next one finds the session as if it were the first, in what it reads too.
            session.flush()
            session.expunge_all()
        if len(new) > 1:
            crash_point("mid_batch")
    return new


def _turns(
    events: Sequence[Event], handlers: Mapping[str, EventHandler]
) -> Iterator[tuple[EventHandler, Sequence[Event]]]:
    """Yield handlers with what is theirs next: one event, or those that they handle together.

    Order holds within a subject only, so those of one kind of subjects come one after the other.
    """
    in_kinds = sorted(events, key=_kind)
    turns = groupby(in_kinds, lambda event: (_kind(event), handlers.get(event.type)))
    for (_, handler), several in turns:
        if isinstance(handler, Together):
            yield handler, list(several)
        elif handler:
            yield from ((handler, [event]) for event in several)


def _kind(event: Event) -> str:
    return event.subject.partition("/")[0]


@contextmanager
def _processing(events: Sequence[Event]) -> Iterator[None]:
    """Tell the trace of each what is done inside; it goes on in that of the last one."""
    *others, last = events
    began = time.time_ns()
    request, trace = last.request_id, last.traceparent
    with span(f"process {last.type}", "consumer", _told(last), request=request, trace=trace):
        yield
    for event in others if are_recorded() else ():
        kind, trace = f"process {event.type}", event.traceparent
        past(kind, "consumer", _told(event), trace=trace, began_ns=began)


def _told(event: Event) -> Mapping[str, str]:
    return {"messaging.message.id": str(event.id), "messaging.destination.name": event.type}


def _tell(events: Sequence[Event]) -> None:
    """Log what was applied, a line for each request that caused any of it."""
    by_request: defaultdict[tuple[str | None, str | None], list[Event]] = defaultdict(list)
    for event in events:
        by_request[event.request_id, event.traceparent].append(event)
    for (request, trace), caused in by_request.items():
        with traced(request, trace):
            types = sorted({event.type for event in caused})
            log.info("events_applied", types=types, subject=caused[0].subject, count=len(caused))


def _record(session: Session, consumer: str, events: Sequence[Event]) -> Sequence[Event]:
    """Return those of `events` that were not recorded before, each once."""
    by_id = {event.id: event for event in events}
    # In one order for all: two that record the same events never wait for each other in a circle.
    recorded = execute(session, _RECORD, {"ids": sorted(by_id), "consumer": consumer})
    new = {row.event_id for row in recorded}
    return [event for event in by_id.values() if event.id in new]


def with_patience(unit: Callable[[], T]) -> T:
    """Return what `unit` returns, waiting for a database that restarts.

    Raises:
        Unavailable: it was not back in time.
    """
    attempt, backoff = 1, Backoff(first=0.1, limit=2.0)
    while True:
        try:
            return unit()
        except (DBAPIError, PoolTimeout) as error:
            if not _database_is_gone(error):
                raise
            log.warning("database_awaited", attempt=attempt, error=type(error).__name__)
            if attempt == _ATTEMPTS:
                raise Unavailable("The database does not answer.") from error
        attempt += 1
        time.sleep(backoff.next())


def _database_is_gone(error: DBAPIError | PoolTimeout) -> bool:
    if isinstance(error, PoolTimeout) or error.connection_invalidated:
        return True
    code = sqlstate(error)
    if code is None:
        # No answer at all. (Errors of psycopg itself, like a wrong type, have other classes.)
        return isinstance(error, OperationalError | InterfaceError)
    return code.startswith(_SERVER_GONE)


def purge(session: Session) -> int:
    """Delete rows older than 30 days; return how many."""
    key = tuple_(_INBOX.c.event_id, _INBOX.c.consumer)
    old = select(_INBOX.c.event_id, _INBOX.c.consumer).where(
        _INBOX.c.received_at < func.now() - KEPT_FOR
    )
    chunk = old.limit(retention.CHUNK)
    return retention.delete_in_chunks(session, delete(_INBOX).where(key.in_(chunk)))


def keep_anew(session: Session) -> None:
    """Keep every row as long as if it had come now.

    After an old backup was restored a purge would take them, and the same events, sent again, would
    be applied twice.
    """
    session.execute(update(_INBOX).values(received_at=func.now()))
