"""Prepared statements, sent to the server together and answered together.

psycopg's own pipeline takes three times as long: for each statement it converts the text and makes
what dumps and loads the values anew, and asks the socket twice. It waits for BEGIN, and at its end
once more. Here a statement is written into libpq's buffer, and nobody waits before somebody reads
an answer. All else of the connection is psycopg's, and finds it as it expects it.
"""

import math
import select
import time
from collections import deque, namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NoReturn, TypeVar

import psycopg
from psycopg import pq
from psycopg import rows as layouts
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq.abc import PGresult
from sqlalchemy import Select, TextClause, UpdateBase
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from shared.observability import logger

T = TypeVar("T")
log = logger(__name__)

_LOOK: Final = 0.1  # seconds between two looks whether it is too late
_MOST_PREPARED: Final = 200  # statements of a connection
_IDLE: Final = pq.TransactionStatus.IDLE
_SQLSTATE: Final = pq.DiagnosticField.SQLSTATE
_SYNC: Final = pq.ExecStatus.PIPELINE_SYNC
_FINE: Final = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK, _SYNC})
_Key = tuple[str, tuple[int, ...]]  # what is prepared: a text, for parameters of these types


class Statement:
    """The text of a statement, and how its rows are read.

    Args:
        sql: its parameters are `$1`, `$2` …
        parameters: how many.
    """

    def __init__(self, sql: str, parameters: int) -> None:
        self.sql = sql
        self.formats = [PyFormat.AUTO] * parameters
        self._row: Callable[[Sequence[Any]], Any] | None = None

    def row_of(self, result: PGresult) -> Callable[[Sequence[Any]], Any]:
        """Return what makes a named tuple of a row; its names are the same each time."""
        if self._row is None:
            names = [(result.fname(column) or b"").decode() for column in range(result.nfields)]
            row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # as they come
            self._row = row._make
        return self._row


class Query(Statement):
    """One statement, built once.

    Args:
        statement: what varies in it are named parameters (`bindparam`); none expands to a list.
        columns: that an INSERT or UPDATE sets, each to the parameter of its name.
    """

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]] | UpdateBase | TextClause,
        columns: Iterable[str] = (),
    ) -> None:
        dialect = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
        compiled = statement.compile(dialect=dialect, column_keys=list(columns) or None)
        self._names = compiled.positiontup or ()
        super().__init__(str(compiled), len(self._names))
        # The values that are written in it.
        self._constants: Mapping[str, Any] = compiled.params

    def values(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Return the values of all parameters in their order."""
        values = {**self._constants, **parameters}
        return [values[name] for name in self._names]


class Reader:
    """What a statement is answered."""

    __slots__ = ("_connection", "_statement", "result")

    def __init__(self, connection: "Connection[Any]", statement: Statement) -> None:
        self._connection = connection
        self._statement = statement
        self.result: PGresult | None = None

    def fetchall(self) -> list[Any]:
        """Return the rows as named tuples, waiting for them.

        Raises:
            psycopg.Error: the server refuses this statement, or one that was sent before it.
        """
        result = self.result or self._connection.receive(self)
        return self._connection.rows(self._statement, result)

    def fetchone(self) -> Any:
        """Return the first row, None where there is none."""
        return next(iter(self.fetchall()), None)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchall())


class NotCommitted(psycopg.OperationalError):
    """The connection was lost before COMMIT was sent, so that nothing was done."""


class Connection(psycopg.Connection[layouts.Row]):
    """A connection that is asked for much at once, and that is given up when its server hangs.

    The server ends what takes too long, as long as it runs; where it is stopped or swaps while its
    machine goes on acknowledging, TCP and libpq wait for ever.

    Attributes:
        silence: seconds for which the server may say nothing.
    """

    silence = math.inf

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._adapter = Transformer(self)
        self._prepared_as: dict[_Key, bytes] = {}
        self._last_name = 0
        # Whether libpq is in pipeline mode for us; psycopg knows nothing of that.
        self._is_open = False
        # Whether the server was told to send the answers that it has; else it waits for more.
        self._is_told = True
        # Whose answers are still to come, in their order; that of None says nothing but "done".
        self._expected: deque[Reader | _Key | None] = deque()

    def ask(self, statement: Statement, values: Sequence[Any]) -> Reader:
        """Write down a statement that is sent when somebody reads an answer, or by `settle`.

        Raises:
            psycopg.Error: a value is nothing for a database, or the connection is closed.
        """
        if not self._is_open:
            self._open()
        parameters = self._adapter.dump_sequence(values, statement.formats)
        key = statement.sql, tuple(self._adapter.types or ())
        name = self._prepared_as.get(key) or self._prepare(key)
        self.pgconn.send_query_prepared(name, parameters, self._adapter.formats)
        self._is_told = False
        reader = Reader(self, statement)
        self._expected.append(reader)
        return reader

    def send(self) -> None:
        """Send what was asked as far as the server takes it now, and wait for nothing.

        Raises:
            psycopg.OperationalError: the server is lost.
        """
        self.pgconn.flush()

    def receive(self, reader: Reader) -> PGresult:
        """Send what was asked, and return the answer of `reader` once it is there.

        Raises:
            psycopg.Error: the server refuses that or what was asked before it, or is lost.
        """
        if not self._is_told:
            self.pgconn.send_flush_request()
            self._flush()
            self._is_told = True
        while reader.result is None:
            if error := self._take():
                with suppress(psycopg.Error):
                    self.settle()
                raise error
        return reader.result

    def rows(self, statement: Statement, result: PGresult) -> list[Any]:
        """Return the rows of an answer."""
        self._adapter.set_pgresult(result)
        return self._adapter.load_rows(0, result.ntuples, statement.row_of(result))

    def settle(self) -> None:
        """Wait for the answers of all that was asked; from then on everything is psycopg's.

        Raises:
            psycopg.Error: the server refuses something, or is lost.
        """
        if not self._is_open:
            return
        self._is_open = False
        refusal: psycopg.Error | None = None
        try:
            self.pgconn.pipeline_sync()
            self._expected.append(None)
            self._flush()
            while self._expected:
                error = self._take()
                refusal = refusal or error
            self.pgconn.exit_pipeline_mode()
        except psycopg.Error as lost:
            self.close()
            raise refusal or lost from None
        if refusal:
            raise refusal

    def commit(self) -> None:
        """Commit, together with what was asked.

        Raises:
            NotCommitted: the connection was lost before.
            psycopg.Error: the server refuses something, or is lost.
        """
        if self._expected:
            self._require_server()
        if self._is_open:
            self._command(b"COMMIT")
            self.settle()
        else:
            super().commit()

    def _require_server(self) -> None:
        try:
            self.pgconn.consume_input()
            if not self.pgconn.is_busy():
                # It says something before it was asked to: a refusal, its end, or very much.
                self.settle()
        except psycopg.Error as error:
            if self.closed:
                raise NotCommitted from error
            raise

    def rollback(self) -> None:
        """Undo all, whatever became of what was asked."""
        with suppress(psycopg.Error):
            self.settle()
        if self.pgconn.transaction_status != _IDLE:
            super().rollback()

    def wait(self, gen: PQGen[T], interval: float = _LOOK, timeout: float | None = None) -> T:
        """Do what `gen` does with the server, which may not be silent for longer than `silence`.

        Raises:
            psycopg.OperationalError: it was; the connection is closed.
        """
        self.settle()
        return super().wait(self._heard(gen), interval, timeout)

    def _heard(self, gen: PQGen[T]) -> PQGen[T]:
        try:
            wanted = next(gen)
            heard = time.monotonic()
            while True:
                ready = yield wanted
                if ready:
                    heard = time.monotonic()
                elif time.monotonic() - heard > self.silence:
                    self._give_up()
                wanted = gen.send(ready)
        except StopIteration as end:
            result: T = end.value
            return result

    def _give_up(self) -> NoReturn:
        log.error("database_silent", seconds=self.silence)
        self.close()
        raise psycopg.OperationalError("The server does not say anything any more.")

    def _open(self) -> None:
        with self.lock:  # a COPY that ends in another thread has it
            begins = not self.autocommit and self.pgconn.transaction_status == _IDLE
            self.pgconn.enter_pipeline_mode()
            self._is_open = True
        if begins:
            self._command(self._get_tx_start_command())

    def _command(self, sql: bytes) -> None:
        self.pgconn.send_query_params(sql, None)
        self._expected.append(None)

    def _prepare(self, key: _Key) -> bytes:
        if len(self._prepared_as) >= _MOST_PREPARED:
            oldest = next(iter(self._prepared_as))
            self.pgconn.send_close_prepared(self._prepared_as.pop(oldest))
            self._expected.append(None)
        sql, types = key
        self._last_name += 1
        name = f"ours_{self._last_name}".encode()
        self.pgconn.send_prepare(name, sql.encode(), types)
        self._expected.append(key)
        self._prepared_as[key] = name
        return name

    def _deallocate(self, name: bytes | None) -> PQGen[None]:
        # After a rollback psycopg lets the server forget all that is prepared, ours as well.
        if name is None:
            self._prepared_as.clear()
        return super()._deallocate(name)

    def _take(self) -> psycopg.Error | None:
        """Take the next answer; return the error that it is."""
        whose, result = self._expected.popleft(), self._next()
        if result and result.status != _SYNC:
            self._next()  # the end of this answer
        if result and result.status in _FINE:
            if isinstance(whose, Reader):
                whose.result = result
            return None
        if isinstance(whose, tuple):
            del self._prepared_as[whose]
        if result and result.error_field(_SQLSTATE):
            return error_from_result(result, self.pgconn._encoding)
        # The server has not said that: it is gone.
        return psycopg.OperationalError(self.pgconn.get_error_message())

    def _next(self) -> PGresult | None:
        while self.pgconn.is_busy():
            self._ready(select.POLLIN)
            self.pgconn.consume_input()
        return self.pgconn.get_result()

    def _flush(self) -> None:
        while self.pgconn.flush():
            # The server may want to be read before it reads.
            if self._ready(select.POLLIN | select.POLLOUT) != select.POLLOUT:
                self.pgconn.consume_input()

    def _ready(self, events: int) -> int:
        poll = select.poll()
        poll.register(self.pgconn.socket, events)
        try:
            ready = poll.poll(None if self.silence == math.inf else self.silence * 1000)
        except BaseException:  # of a signal: nobody will know which answer is whose
            self.close()
            raise
        return ready[0][1] if ready else self._give_up()
