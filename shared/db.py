"""The database of a service: timeouts, units of work, bounded retries, reads of one statement."""

import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final, LiteralString, TypeVar

import psycopg
from psycopg.rows import TupleRow
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from shared.observability import logger

T = TypeVar("T")
log = logger(__name__)

# Nothing waits for ever: a statement 10 s, a lock 3 s, a forgotten transaction 30 s; and a
# server that vanished without a word is noticed by TCP after 15 s.
_CONNECT_ARGS: Final[dict[str, Any]] = {
    "options": "-c statement_timeout=10000 -c lock_timeout=3000"
    " -c idle_in_transaction_session_timeout=30000 -c timezone=UTC",
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15000,
}
# serialization_failure and deadlock_detected: the whole unit may simply be done again.
_RETRYABLE: Final = frozenset({"40001", "40P01"})
_ATTEMPTS: Final = 5


def driver_url(url: str) -> str:
    """Return `url` with our driver named: `postgresql://…` → `postgresql+psycopg://…`."""
    scheme, _, rest = url.partition("://")
    if scheme not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise ValueError(f"Not a PostgreSQL URL: {scheme}://…")
    return f"postgresql+psycopg://{rest}"


class Database:
    """One service's database.

    Args:
        url: `postgresql://role:password@host:port/database`.
        pool_size: connections kept, one for each thread that works with the database.
    """

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.engine: Engine = create_engine(
            driver_url(url),
            pool_pre_ping=True,
            pool_size=pool_size,
            max_overflow=2,
            pool_timeout=5,
            connect_args=_CONNECT_ARGS,
        )
        self.sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._url = f"postgresql://{url.partition('://')[2]}"
        self._readers: deque[psycopg.Cursor] = deque()

    def unit(self, work: Callable[[Session], T]) -> T:
        """Do `work` in one transaction: returning commits, raising rolls back.

        After a serialization failure or a deadlock the whole unit is done again, at most five
        times in all.
        """

        def attempt() -> T:
            with self.sessions.begin() as session:
                return work(session)

        return retried(attempt)

    def read(self, statement: LiteralString, parameters: Sequence[object]) -> TupleRow | None:
        """Return the first row of a lone statement that only reads, or None.

        The statement is prepared once a connection and runs in autocommit: one exchange with the
        server where a session has four. A connection found dead is replaced and the read done
        once more. There are as many connections as reads at the same time.

        Args:
            statement: with `%s` for each parameter.

        Raises:
            psycopg.OperationalError: the server does not answer.
        """
        try:
            reader = self._readers.pop()
        except IndexError:
            return self._read_by(self._new_reader(), statement, parameters)
        try:
            return self._read_by(reader, statement, parameters)
        except psycopg.OperationalError:
            if not reader.connection.closed:
                raise
        return self._read_by(self._new_reader(), statement, parameters)

    def _read_by(
        self, reader: psycopg.Cursor, statement: LiteralString, parameters: Sequence[object]
    ) -> TupleRow | None:
        try:
            return reader.execute(statement, parameters, prepare=True).fetchone()
        finally:
            if not reader.connection.closed:
                self._readers.append(reader)

    def _new_reader(self) -> psycopg.Cursor:
        return psycopg.connect(self._url, autocommit=True, **_CONNECT_ARGS).cursor()

    def close(self) -> None:
        """Close every connection that nobody uses."""
        self.engine.dispose()
        while self._readers:
            self._readers.pop().connection.close()


def retried(unit: Callable[[], T]) -> T:
    """Return what `unit` returns, doing it again while PostgreSQL asks for that.

    Raises:
        sqlalchemy.exc.DBAPIError: any other error, or the fifth failure.
    """
    for attempt in range(1, _ATTEMPTS):
        try:
            return unit()
        except DBAPIError as error:
            if sqlstate(error) not in _RETRYABLE:
                raise
            log.info("unit_of_work_retried", attempt=attempt, sqlstate=sqlstate(error))
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, not a secret
    return unit()


def sqlstate(error: DBAPIError | psycopg.Error) -> str | None:
    """Return PostgreSQL's five-letter code of `error`, or None when the server never answered."""
    return getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlstate", None)
