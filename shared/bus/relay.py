"""The relay publishes what the outbox holds. Of all relays of a service, one leads.

Order holds within a subject only, and subjects take turns: a bulk of 20,000 events on one subject
never stands before the single one of another.
"""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from typing import Any, Final, cast

import orjson
import psycopg
from psycopg.pq import ExecStatus
from sqlalchemy import ARRAY, Connection, Engine, Row, Text, bindparam, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from shared import spans
from shared.bells import Bell
from shared.bus import flow, metrics
from shared.bus.backoff import Backoff
from shared.bus.interface import BusUnavailable, Message, Publisher, Unroutable
from shared.faults import crash_point
from shared.observability import logger

log = logger(__name__)

WINDOW: Final = 200  # rows published at once
_POLL: Final = 0.1  # seconds, while more may come
_FOLLOW: Final = 1.0  # seconds between two looks whether the leader is gone
_OBSERVE_EVERY: Final = 5.0  # seconds
_PARKED_FOR: Final = 5.0  # seconds until a type that nobody wants is tried again
LEADER_LOCK: Final = 7166310  # each service has its own database, so one number is enough

# A window: as many subjects as it has rows, from `turn` on, and of each an equal share. A subject
# costs two descents of the index, however many rows wait on it and on others.
_NEXT: Final = text("""
    WITH RECURSIVE turns AS (
        (SELECT subject FROM outbox
         WHERE published_at IS NULL AND type <> ALL(:parked) AND subject >= :turn
         ORDER BY subject LIMIT 1)
        UNION ALL
        SELECT next.subject FROM turns CROSS JOIN LATERAL (
            SELECT subject FROM outbox
            WHERE published_at IS NULL AND type <> ALL(:parked) AND subject > turns.subject
            ORDER BY subject LIMIT 1
        ) AS next
    ), subjects AS MATERIALIZED (SELECT subject FROM turns LIMIT :window)
    SELECT share.* FROM subjects CROSS JOIN LATERAL (
        SELECT id, event_id::text, type, subject, payload FROM outbox
        WHERE published_at IS NULL AND type <> ALL(:parked) AND subject = subjects.subject
        ORDER BY id LIMIT (SELECT greatest(:window / count(*), 1) FROM subjects)
    ) AS share
    ORDER BY share.subject, share.id
""").bindparams(bindparam("parked", type_=ARRAY(Text)), bindparam("window", WINDOW))
_IS_ANY_WAITING: Final = b"is_any_waiting"
_MARK: Final = text("UPDATE outbox SET published_at = now() WHERE id = ANY(:ids)")
_OBSERVE: Final = text("""
    SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)
    FROM outbox WHERE published_at IS NULL
""")


class Relay:
    """Publishes rows with `published_at IS NULL`, and marks them when they are confirmed.

    Never by a cursor `id > last`: a row with a lower id may become visible later. The leader
    holds an advisory lock and reads and marks on the very connection that holds it: whoever loses
    the connection has lost the lead and can't mark. A new leader may publish again what the old
    one did not mark; inboxes drop that.
    """

    def __init__(
        self, engine: Engine, publisher: Publisher, *, service: str, bell: Bell | None = None
    ) -> None:
        self._engine = engine
        self._publisher = publisher
        self._service = service
        self._bell = bell or Bell()
        self._patience = Backoff()
        self._turn = ""  # the subject that is next
        self._is_busy = False  # the last window had rows
        self._parked: dict[str, float] = {}  # type → monotonic seconds until it is tried again
        self._observed = float("-inf")

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`, over every failure of the database and the broker."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                with closing(_connection(self._engine)) as connection:
                    self._work(connection, stop, backoff)
            except (SQLAlchemyError, psycopg.Error) as error:
                log.warning("relay_lost_database", error=repr(error))
                stop.wait(backoff.next())
        self._publisher.close()

    def _work(self, connection: Connection, stop: threading.Event, backoff: Backoff) -> None:
        leading = False
        # Another one may lead now, and what was seen of the broker here is over.
        flow.rests(self._service, "out")
        while not stop.is_set():
            self._observe(connection)
            leading = leading or self._lead(connection)
            if leading:
                self._relay(connection, stop)
            else:
                stop.wait(_FOLLOW)
            backoff.reset()

    def _lead(self, connection: Connection) -> bool:
        leads = bool(connection.scalar(select(func.pg_try_advisory_lock(LEADER_LOCK))))
        if leads:
            log.info("relay_leads")
        return leads

    def _relay(self, connection: Connection, stop: threading.Event) -> None:
        """Publish and mark one window, and wait until it is time for the next one."""
        rows = self._read(connection) if self._is_busy or _is_any_waiting(connection) else []
        self._is_busy = bool(rows)
        if not rows:
            self._turn = ""
            self._bell.wait(_POLL)
            return
        crash_point("after_commit_before_publish")
        try:
            unroutable = self._publish(sorted(rows, key=lambda row: row.id))
        except BusUnavailable as error:
            flow.stops(self._service, "out")
            log.warning("relay_lost_broker", error=str(error))
            stop.wait(self._patience.next())
            return
        flow.goes_on(self._service, "out")
        self._patience.reset()
        crash_point("after_confirm_before_mark")
        self._mark(connection, [row.id for row in rows if row.event_id not in unroutable])
        if not self._more_wait(rows):
            self._bell.wait(_POLL, is_busy=True)

    def _read(self, connection: Connection) -> Sequence[Row[Any]]:
        now = time.monotonic()
        self._parked = {type_: until for type_, until in self._parked.items() if until > now}
        return connection.execute(_NEXT, {"turn": self._turn, "parked": list(self._parked)}).all()

    def _more_wait(self, rows: Sequence[Row[Any]]) -> bool:
        """Give the turn on; return whether a subject may have more than its share of `rows`."""
        shares = Counter(row.subject for row in rows)
        is_round_over = len(shares) < WINDOW
        self._turn = "" if is_round_over else rows[-1].subject
        return not is_round_over or max(shares.values()) >= WINDOW // len(shares)

    def _publish(self, rows: Sequence[Row[Any]]) -> frozenset[str]:
        """Publish `rows`; return the event ids that nobody wants."""
        began, unroutable = time.time_ns(), frozenset[str]()
        try:
            self._publisher.publish(
                [Message(row.event_id, row.type, row.payload.encode()) for row in rows]
            )
        except Unroutable as error:
            self._park([row.type for row in rows if row.event_id in error.ids])
            unroutable = error.ids
        if spans.are_recorded():
            _record([row for row in rows if row.event_id not in unroutable], began)
        return unroutable

    def _park(self, types: Sequence[str]) -> None:
        """Leave these types alone for a while: a full window of them would block the others."""
        for type_ in types:
            metrics.UNROUTABLE.labels(self._service, type_).inc()
        self._parked |= dict.fromkeys(types, time.monotonic() + _PARKED_FOR)
        log.error("events_unroutable", types=sorted(set(types)), count=len(types))

    def _mark(self, connection: Connection, ids: Sequence[int]) -> None:
        connection.execute(_MARK, {"ids": ids})
        metrics.PUBLISHED.labels(self._service).inc(len(ids))

    def _observe(self, connection: Connection) -> None:
        """Tell Prometheus what waits; followers do, too, for a leader may have vanished."""
        if time.monotonic() - self._observed < _OBSERVE_EVERY:
            return
        count, age = connection.execute(_OBSERVE).one()
        metrics.UNPUBLISHED.labels(self._service).set(count)
        metrics.OLDEST_AGE.labels(self._service).set(float(age))
        self._observed = time.monotonic()


def _record(rows: Sequence[Row[Any]], began: int) -> None:
    """Tell the traces of what was published since `began`."""
    for row in rows:
        told = {"messaging.message.id": row.event_id, "messaging.destination.name": row.type}
        trace = orjson.loads(row.payload).get("traceparent")
        spans.past(f"publish {row.type}", "producer", told, trace=trace, began_ns=began)


def _is_any_waiting(connection: Connection) -> bool:
    """Ask what an idle relay asks all day, of libpq itself: a fifth of the work of `_NEXT`.

    Raises:
        psycopg.Error: the connection is lost.
    """
    result = _driver(connection).pgconn.exec_prepared(_IS_ANY_WAITING, [])
    if result.status != ExecStatus.TUPLES_OK:
        raise psycopg.OperationalError(result.get_error_message())
    return result.get_value(0, 0) == b"t"


def _driver(connection: Connection) -> "psycopg.Connection[Any]":
    return cast("psycopg.Connection[Any]", connection.connection.dbapi_connection)


def _connection(engine: Engine) -> Connection:
    """Return a connection that is closed, not pooled, at the end: that gives the lock back."""
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()
    # A mark that a crash of the server takes back is a window published twice, and no loss.
    connection.execute(text("SET synchronous_commit = off"))
    question = "EXISTS (SELECT FROM outbox WHERE published_at IS NULL)"
    connection.execute(text(f"PREPARE {_IS_ANY_WAITING.decode()} AS SELECT {question}"))
    return connection
