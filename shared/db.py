"""The database of a service: an engine with timeouts, units of work, bounded retries, quick reads.

A unit of work is a transaction; where its connection is lost before the end, nothing was done, and
it is done again. A `Query` is one statement, built once and prepared by the server. One that only
reads is read in autocommit without another round trip, not even to ask whether the connection still
lives; several of a transaction go to the server at once (`pipelined`).
"""

import math
import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain, islice
from typing import Any, Final, NamedTuple, TypeVar, cast

import psycopg
import sqlalchemy
from prometheus_client import Gauge
from psycopg.rows import namedtuple_row
from psycopg.types.json import JsonbDumper
from sqlalchemy import (
    BigInteger,
    Dialect,
    Engine,
    NullPool,
    Row,
    Select,
    Text,
    bindparam,
    create_engine,
    event,
    func,
    literal_column,
    select,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.elements import ColumnElement

from shared.bells import Bells
from shared.observability import logger
from shared.statements import Connection, NotCommitted, Query, Reader, Statement

__all__ = [
    "IN_A_JOB",
    "IN_A_REQUEST",
    "POOL_SIZE",
    "POOL_USED",
    "UNHURRIED",
    "AnyRow",
    "AnySelect",
    "Database",
    "Patience",
    "Query",
    "Reader",
    "Reading",
    "copy_in",
    "copying_in",
    "driver_url",
    "execute",
    "look_anew",
    "noted",
    "pipelined",
    "retried",
    "ring",
    "sqlstate",
    "written",
]

T = TypeVar("T")
# Of whatever columns.
AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]
log = logger(__name__)

psycopg.adapters.register_dumper(dict, JsonbDumper)


@dataclass(frozen=True)
class Patience:
    """Seconds after which PostgreSQL ends a statement, waiting for a lock, an idle transaction.

    A `statement` of 0 seconds may take as long as it takes.
    """

    statement: int
    lock: int
    idle: int

    @property
    def silence(self) -> float:
        """Seconds in which a server that works says something: at least that it gives up."""
        return self.statement + _SLOWNESS if self.statement else math.inf

    @property
    def settings(self) -> Mapping[str, str]:
        """What a session of the server has set."""
        return {
            "statement_timeout": f"{self.statement}s",
            "lock_timeout": f"{self.lock}s",
            "idle_in_transaction_session_timeout": f"{self.idle}s",
            "timezone": "UTC",
        }

    @property
    def options(self) -> str:
        """The same for the start of a session."""
        return " ".join(f"-c {name}={value}" for name, value in self.settings.items())


# Nothing waits for ever. A job computes for long between two statements, at low priority.
IN_A_REQUEST: Final = Patience(statement=10, lock=3, idle=30)
IN_A_JOB: Final = Patience(statement=120, lock=30, idle=300)
UNHURRIED: Final = Patience(statement=0, lock=3, idle=30)
_SLOWNESS: Final = 5.0  # seconds that a busy server needs to keep its own time

# A server that vanished without a word is noticed by TCP after 15 s.
_CONNECT_ARGS: Final[dict[str, Any]] = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15000,
}
# And where we vanish the server notices after 25 s, not after its two hours: then it gives back the
# locks that our connections hold.
_NOTICE_US_GONE: Final = (
    "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)
# serialization_failure and deadlock_detected: the whole unit may simply be done again.
_RETRYABLE: Final = frozenset({"40001", "40P01"})
_ATTEMPTS: Final = 5
_FEW: Final = 10  # rows
# Seconds after its last use in which a connection is not asked whether it still lives.
_TRUSTED_FOR: Final = 1.0
_USED: Final = "used"
_WORKS: Final = "works"
# What a server says while a password is being replaced, which libpq reads anew for each connection
# where it lies in a file (`?passfile=…`); seconds until the next try.
_REFUSAL: Final = "authentication failed"
_PAUSES: Final = (0.05, 0.2, 1.0)
# Of the fullest process, where several share their counters.
POOL_USED: Final = Gauge(
    "database_pool_used", "Pooled connections that work at this moment", multiprocess_mode="livemax"
)
POOL_SIZE: Final = Gauge(
    "database_pool_size", "Connections that the pool may open", multiprocess_mode="livemax"
)
_OVERFLOW: Final = 2
_IS_STILL: Final = "is_still"
_RINGS: Final = "rings"
_PIPELINE: Final = "pipeline"


class Reading(NamedTuple):
    """What a query has read; it can be compared with what it reads later."""

    query: Query
    parameters: Mapping[str, Any]
    rows: list[Any]


_READINGS: ContextVar[list[Reading] | None] = ContextVar("readings", default=None)


@contextmanager
def noted() -> Iterator[list[Reading]]:
    """Note all that is read by queries for the length of a `with`."""
    readings: list[Reading] = []
    token = _READINGS.set(readings)
    try:
        yield readings
    finally:
        _READINGS.reset(token)


_NOTIFY: Final = Query(select(func.pg_notify(bindparam("name", type_=Text), "")))


def ring(session: Session, name: str) -> None:
    """Ring a bell once the transaction of `session` is committed."""
    session.info.setdefault(_RINGS, set()).add(name)


def look_anew(session: Session) -> None:
    """Let a session of `Database.snapshots` see what another has committed by now, as others do."""
    if session.info.get(_IS_STILL):
        session.rollback()


@contextmanager
def pipelined(session: Session) -> Iterator[None]:
    """Let what is executed inside wait for the server only where somebody reads what it answers.

    What nobody has read is sent with whatever the session does next, its commit above all: what
    the server refuses is raised there then.

    Raises:
        sqlalchemy.exc.DBAPIError: the server refuses something that is read inside, or is lost.
    """
    if _PIPELINE in session.info:
        yield
        return
    connection = session.connection()
    try:
        with _driver(connection, "a pipeline") as driver:
            session.info[_PIPELINE] = connection, driver
            yield
            # The server works while the answer is being made.
            driver.send()
    finally:
        session.info.pop(_PIPELINE, None)


def execute(session: Session, query: Query, *rows: Mapping[str, Any]) -> Reader:
    """Execute a prepared statement in the transaction of `session`, once for each row of values.

    What the session has yet to write is not written before. What is read are named tuples, of one
    row of values alone.

    Raises:
        sqlalchemy.exc.DBAPIError: the server refuses it, or is lost.
    """
    if pipeline := session.info.get(_PIPELINE):
        connection, driver = pipeline
        return _ask(connection, driver, query, rows)
    connection = session.connection()
    with _driver(connection, query.sql) as driver:
        reader = _ask(connection, driver, query, rows)
        driver.settle()
    return reader


def _ask(
    connection: sqlalchemy.Connection,
    driver: Connection[Any],
    query: Query,
    rows: Sequence[Mapping[str, Any]],
) -> Reader:
    # Who listens to SQLAlchemy's statements hears of these as well.
    connection.dispatch.before_cursor_execute(connection, None, query.sql, rows, None, False)
    *_, reader = [driver.ask(query, query.values(row)) for row in rows]
    return reader


@contextmanager
def _driver(connection: sqlalchemy.Connection, statement: str) -> Iterator[Connection[Any]]:
    """Give the driver's own connection; its errors are SQLAlchemy's."""
    driver = cast("Connection[Any]", connection.connection.driver_connection)
    try:
        yield driver
    except psycopg.Error as error:
        if is_lost := driver.closed:
            connection.invalidate(error)
            connection.engine.dispose()  # the others are lost with it
        raise DBAPIError.instance(
            statement, None, error, psycopg.Error, connection_invalidated=is_lost
        ) from error
    except BaseException:
        if driver.closed:  # it was interrupted
            connection.invalidate()
        raise


def copy_in(
    session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Store rows in the transaction of `session`, by COPY: nothing else is nearly as fast.

    The server stores the first ones while the last are still being made. A few, and those of a
    pipeline, go by one INSERT, which takes one exchange with the server where COPY takes three.

    Args:
        rows: of values in the order of `columns`; a text is what the column's type reads.

    Raises:
        sqlalchemy.exc.DBAPIError: the server refuses them, or is lost.
    """
    with copying_in(session, table, columns, rows):
        pass


@contextmanager
def copying_in(
    session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Iterator[None]:
    """Store rows as `copy_in` does; the server ends that while the inside of the `with` computes.

    All rows are made before the inside begins. The server looks at their foreign keys then, which
    takes it half of its time. What is executed inside waits for the end.

    Raises:
        sqlalchemy.exc.DBAPIError: the server refuses them, or is lost; from the end of the `with`.
    """
    into = f"{table} ({', '.join(columns)})"
    rows = iter(rows)
    first = list(islice(rows, _FEW))
    if pipeline := session.info.get(_PIPELINE):
        _, driver = pipeline
        _insert(driver, into, [*first, *rows])
        driver.send()
        yield
        return
    with _driver(session.connection(), into) as driver:
        if len(first) < _FEW:
            _insert(driver, into, first)
            driver.settle()
            yield
            return
        with ThreadPoolExecutor(max_workers=1) as background, ExitStack() as stack:
            cursor = stack.enter_context(driver.cursor())
            copy = stack.enter_context(cursor.copy(f"COPY {into} FROM STDIN"))
            for row in chain(first, rows):
                copy.write_row(row)
            # Until it has ended it has the lock of the connection.
            ended = background.submit(stack.pop_all().close)
            try:
                yield
            finally:
                ended.result()  # its error is the cause of what failed inside


def _insert(driver: Connection[Any], into: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        driver.ask(_insertion(into, len(rows), len(rows[0])), [*chain(*rows)])


@lru_cache
def _insertion(into: str, rows: int, columns: int) -> Statement:
    """Return the INSERT of so many rows."""
    numbers = map("${}".format, range(1, rows * columns + 1))
    values = ", ".join(f"({', '.join(row)})" for row in zip(*[numbers] * columns, strict=True))
    # The names are our own.
    sql = f"INSERT INTO {into} VALUES {values}"  # noqa: S608  # nosec B608
    return Statement(sql, rows * columns)


def _note_use(_: object, record: ConnectionPoolEntry) -> None:
    record.info[_USED] = time.monotonic()
    _note_end(_, record)


def _note_begin(record: ConnectionPoolEntry) -> None:
    record.info[_WORKS] = True
    POOL_USED.inc()


def _note_end(_: object, record: ConnectionPoolEntry) -> None:
    # One that was found dead before it began comes back, too.
    if record.info.pop(_WORKS, False):
        POOL_USED.dec()


def driver_url(url: str) -> str:
    """Return `url` with our driver named: `postgresql://…` → `postgresql+psycopg://…`."""
    scheme, _, rest = url.partition("://")
    if scheme not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise ValueError(f"Not a PostgreSQL URL: {scheme}://…")
    return f"postgresql+psycopg://{rest}"


@dataclass(frozen=True)
class _Way:
    """Where a database is reached, and what a connection is opened with."""

    url: str
    arguments: Mapping[str, Any]
    silence: float  # seconds

    def connection(self) -> Connection[Any]:
        """Return a connection in autocommit."""
        url = f"postgresql://{self.url.partition('://')[2]}"
        connect = partial(
            Connection.connect,
            url,
            autocommit=True,
            row_factory=namedtuple_row,
            **self.arguments,
        )
        return _opened(connect, self.silence)


class Database:
    """One service's database.

    Through a pooler a session of the server is ours for a transaction: it has what its role has
    (see `shared.migrations`), and what lasts longer has a connection past the pooler.

    Args:
        url: `postgresql://role:password@host:port/database`; may be a pooler's.
        direct_url: the same database past the pooler; `url` by default, where there is none.
        pool_size: connections kept, one for each thread that works with the database.
        patience: how long the server lets them wait.

    Attributes:
        direct: makes connections past the pooler, and keeps none.
        sessions: make sessions that read and write.
        snapshots: make sessions that only read, and see one moment in all they read.
        bells: wake who waits for what is committed.
    """

    def __init__(
        self,
        url: str,
        direct_url: str | None = None,
        *,
        pool_size: int = 8,
        patience: Patience = IN_A_REQUEST,
    ) -> None:
        direct_url = direct_url or url
        self._silence = silence = patience.silence
        options = f"{patience.options} {_NOTICE_US_GONE}"
        self._direct = _Way(direct_url, {**_CONNECT_ARGS, "options": options}, silence)
        self._way = self._direct if url == direct_url else _Way(url, _CONNECT_ARGS, silence)
        self.engine: Engine = create_engine(
            driver_url(url),
            pool_size=pool_size,
            # The one that was used last: the server has what it needs at hand.
            pool_use_lifo=True,
            max_overflow=_OVERFLOW,
            pool_timeout=5,
            connect_args=dict(self._way.arguments),
        )
        self._most = pool_size + _OVERFLOW
        event.listen(self.engine, "checkin", _note_use)
        event.listen(self.engine, "detach", _note_end)
        event.listen(self.engine, "checkout", self._take)
        event.listen(self.engine, "do_connect", self._connect)
        self.direct: Engine = create_engine(
            driver_url(direct_url), poolclass=NullPool, connect_args=dict(self._direct.arguments)
        )
        event.listen(self.direct, "do_connect", self._connect)
        self.sessions = sessionmaker(self.engine, expire_on_commit=False)
        still = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self.snapshots = sessionmaker(still, expire_on_commit=False, info={_IS_STILL: True})
        self._readers: deque[Connection[Any]] = deque()
        self.bells = Bells(self.alone, lambda name: self.read(_NOTIFY, {"name": name}))
        event.listen(self.sessions, "after_commit", self._ring)

    def _take(self, driver: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
        """Replace a connection that died while it rested; one that dies later fails its unit."""
        if time.monotonic() - record.info.get(_USED, time.monotonic()) >= _TRUSTED_FOR:
            try:
                self.engine.dialect.do_ping(driver)
            except psycopg.Error as error:
                raise InvalidatePoolError from error
        _note_begin(record)

    def unit(self, work: Callable[[Session], T]) -> T:
        """Do `work` in one transaction: returning commits, raising rolls back.

        After a serialization failure or a deadlock, and when its connection was lost before the
        end, the whole unit is done again, at most five times in all.
        """

        def attempt() -> T:
            with self.sessions.begin() as session:
                return work(session)

        return retried(attempt)

    def read(self, query: Query, parameters: Mapping[str, Any]) -> list[Any]:
        """Return the rows of `query` as named tuples, as they are at this moment.

        One exchange with the server, where a session has four. A connection found dead is replaced
        and the read done once more. There are as many connections as reads at the same time.

        Raises:
            psycopg.OperationalError: the server does not answer, or takes too long.
        """
        rows = self._read(query, parameters)
        if (readings := _READINGS.get()) is not None:
            readings.append(Reading(query, parameters, rows))
        return rows

    def _read(self, query: Query, parameters: Mapping[str, Any]) -> list[Any]:
        try:
            reader = self._readers.pop()
        except IndexError:
            return self._read_by(self._way.connection(), query, parameters)
        try:
            return self._read_by(reader, query, parameters)
        except psycopg.OperationalError:
            if not reader.closed:
                raise
        return self._read_by(self._way.connection(), query, parameters)

    def _read_by(
        self, reader: Connection[Any], query: Query, parameters: Mapping[str, Any]
    ) -> list[Any]:
        try:
            answer = reader.ask(query, query.values(parameters))
            reader.settle()
            return answer.fetchall()
        finally:
            if not reader.closed:
                self._readers.append(reader)

    def _ring(self, session: Session) -> None:
        # A savepoint that is released shows nothing to others yet.
        if not session.in_nested_transaction():
            for name in session.info.pop(_RINGS, ()):
                self.bells.ring(name)

    def alone(self) -> Connection[Any]:
        """Return a connection of its own, in autocommit: for what lives as long as that does."""
        return self._direct.connection()

    def _connect(
        self, _: Dialect, _record: object, arguments: Sequence[Any], named: Mapping[str, Any]
    ) -> DBAPIConnection:
        # Not when the pool is made: a fork of that process has a gauge of its own.
        POOL_SIZE.set(self._most)
        connect = partial(Connection.connect, *arguments, **named)
        return cast("DBAPIConnection", _opened(connect, self._silence))

    def close(self) -> None:
        """Close every connection that nobody uses."""
        self.engine.dispose()
        while self._readers:
            self._readers.pop().close()


def _opened(connect: Callable[[], Connection[Any]], silence: float) -> Connection[Any]:
    connection = _connected(connect)
    connection.silence = silence
    return connection


def _connected(connect: Callable[[], T]) -> T:
    """Return what `connect` returns; a password that is just being replaced is tried again."""
    for pause in _PAUSES:
        try:
            return connect()
        except psycopg.OperationalError as error:
            if _REFUSAL not in str(error):
                raise
            time.sleep(pause)
    return connect()


def retried(unit: Callable[[], T]) -> T:
    """Return what `unit` returns, doing it again while PostgreSQL asks for that.

    Raises:
        sqlalchemy.exc.DBAPIError: any other error, or the fifth failure.
    """
    for attempt in range(1, _ATTEMPTS):
        try:
            return unit()
        except DBAPIError as error:
            if sqlstate(error) not in _RETRYABLE and not _was_lost_before_commit(error):
                raise
            log.info("unit_of_work_retried", attempt=attempt, sqlstate=sqlstate(error))
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, not a secret
    return unit()


def sqlstate(error: DBAPIError | psycopg.Error) -> str | None:
    """Return PostgreSQL's five-letter code of `error`, or None when the server never answered."""
    return getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlstate", None)


def _was_lost_before_commit(error: DBAPIError) -> bool:
    # The server undoes what was not committed. An error of COMMIT itself has no statement: then
    # nobody knows, and only the client can find out.
    is_certain = error.statement is not None or isinstance(error.orig, NotCommitted)
    return error.connection_invalidated and is_certain


def written(table: type[DeclarativeBase]) -> ColumnElement[int]:
    """Return the number of the transaction that wrote a row of `table` last.

    Another number, and a greater one, whenever the row is another one: so of some rows the count
    and the sum of it together tell whether any is new, gone or changed.
    """
    return literal_column(f"{table.__tablename__}.xmin::text::bigint", BigInteger())
