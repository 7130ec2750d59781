"""The relay publishes what the outbox holds, in order. Of all relays of a service, one leads."""

import threading
import time
from collections.abc import Sequence
from contextlib import closing
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, column, func, select, table, text, update
from sqlalchemy.exc import SQLAlchemyError

from shared.bus import metrics
from shared.bus.backoff import Backoff
from shared.bus.interface import BusUnavailable, Message, Publisher, Unroutable
from shared.faults import crash_point
from shared.observability import logger

log = logger(__name__)

WINDOW: Final = 100  # rows published at once
_POLL: Final = 0.1  # seconds
_FOLLOW: Final = 1.0  # seconds between two looks whether the leader is gone
_OBSERVE_EVERY: Final = 5.0  # seconds
_PARKED_FOR: Final = 5.0  # seconds until a type that nobody wants is tried again
_LEADER_LOCK: Final = 7166310  # each service has its own database, so one number is enough

_OUTBOX: Final = table(
    "outbox",
    column("id"),
    column("event_id"),
    column("type"),
    column("payload"),
    column("created_at"),
    column("published_at"),
)
_WAITING: Final = _OUTBOX.c.published_at.is_(None)


class Relay:
    """Publishes rows with `published_at IS NULL` by id, and marks them when they are confirmed.

    Never by a cursor `id > last`: a row with a lower id may become visible later. The leader
    holds an advisory lock and reads and marks on the very connection that holds it: whoever loses
    the connection has lost the lead and can't mark. A new leader may publish again what the old
    one did not mark; inboxes drop that.
    """

    def __init__(self, engine: Engine, publisher: Publisher, *, service: str) -> None:
        self._engine = engine
        self._publisher = publisher
        self._service = service
        self._patience = Backoff()
        self._parked: dict[str, float] = {}  # type → monotonic seconds until it is tried again
        self._observed = float("-inf")

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`, over every failure of the database and the broker."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                with closing(_connection(self._engine)) as connection:
                    self._work(connection, stop, backoff)
            except SQLAlchemyError as error:
                log.warning("relay_lost_database", error=repr(error))
                stop.wait(backoff.next())
        self._publisher.close()

    def _work(self, connection: Connection, stop: threading.Event, backoff: Backoff) -> None:
        leading = False
        while not stop.is_set():
            self._observe(connection)
            leading = leading or self._lead(connection)
            pause = self._relay(connection) if leading else _FOLLOW
            backoff.reset()
            stop.wait(pause)

    def _lead(self, connection: Connection) -> bool:
        leads = bool(connection.scalar(select(func.pg_try_advisory_lock(_LEADER_LOCK))))
        if leads:
            log.info("relay_leads")
        return leads

    def _relay(self, connection: Connection) -> float:
        """Publish and mark one window; return the seconds to wait before the next one."""
        rows = self._read(connection)
        if not rows:
            return _POLL
        crash_point("after_commit_before_publish")
        try:
            unroutable = self._publish(rows)
        except BusUnavailable as error:
            log.warning("relay_lost_broker", error=str(error))
            return self._patience.next()
        self._patience.reset()
        crash_point("after_confirm_before_mark")
        self._mark(connection, [row.id for row in rows if str(row.event_id) not in unroutable])
        return 0 if len(rows) == WINDOW else _POLL

    def _read(self, connection: Connection) -> Sequence[Row[Any]]:
        now = time.monotonic()
        self._parked = {type_: until for type_, until in self._parked.items() if until > now}
        waiting = select(_OUTBOX).where(_WAITING, _OUTBOX.c.type.not_in(self._parked))
        return connection.execute(waiting.order_by(_OUTBOX.c.id).limit(WINDOW)).all()

    def _publish(self, rows: Sequence[Row[Any]]) -> frozenset[str]:
        """Publish `rows`; return the event ids that nobody wants."""
        try:
            self._publisher.publish(
                [Message(str(row.event_id), row.type, row.payload.encode()) for row in rows]
            )
        except Unroutable as error:
            self._park([row.type for row in rows if str(row.event_id) in error.ids])
            return error.ids
        return frozenset()

    def _park(self, types: Sequence[str]) -> None:
        """Leave these types alone for a while: a full window of them would block the others."""
        for type_ in types:
            metrics.UNROUTABLE.labels(self._service, type_).inc()
        self._parked |= dict.fromkeys(types, time.monotonic() + _PARKED_FOR)
        log.error("events_unroutable", types=sorted(set(types)), count=len(types))

    def _mark(self, connection: Connection, ids: Sequence[int]) -> None:
        marked = update(_OUTBOX).where(_OUTBOX.c.id.in_(ids)).values(published_at=func.now())
        connection.execute(marked)
        metrics.PUBLISHED.labels(self._service).inc(len(ids))

    def _observe(self, connection: Connection) -> None:
        """Tell Prometheus what waits; followers do, too, for a leader may have vanished."""
        if time.monotonic() - self._observed < _OBSERVE_EVERY:
            return
        age = func.extract("epoch", func.now() - func.min(_OUTBOX.c.created_at))
        row = connection.execute(select(func.count(), func.coalesce(age, 0)).where(_WAITING)).one()
        metrics.UNPUBLISHED.labels(self._service).set(row[0])
        metrics.OLDEST_AGE.labels(self._service).set(float(row[1]))
        self._observed = time.monotonic()


def _connection(engine: Engine) -> Connection:
    """Return a connection that is closed, not pooled, at the end: that gives the lock back."""
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()
    # When the leader's machine vanishes, the server must notice: its default is two hours.
    for setting in ("keepalives_idle = 10", "keepalives_interval = 5", "keepalives_count = 3"):
        connection.execute(text(f"SET tcp_{setting}"))
    return connection
