"""CSV answers: written into a file at the database's pace, sent from it at the client's.

A client that does not read holds no session of the database, but a thread: so there are few of
them (see `shared.http.lanes`), and none that reads nothing at all for some seconds (`SEND_TIMEOUT`
of `shared.http.gunicorn_worker`).
The first bytes leave while the last are yet to be read: the gateway waits for them half a minute,
and a long list takes longer.
"""

import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from threading import Condition, Thread
from typing import Final

from flask import Response
from sqlalchemy.orm import Session, sessionmaker

from shared.http.context import service_app
from shared.http.lanes import Lane

# Each takes a thread to send it, and a connection and 1 MiB while it is read.
SENDING: Final = Lane("csv", places=3, waiting=0, share=2)

_IN_MEMORY: Final = 2**20  # bytes; what is more goes to the disk
_PIECE: Final = 2**16  # bytes sent at once


def csv(lines: Callable[[Session], Iterator[str]], **headers: str) -> Response:
    """Return the answer whose text `lines` reads with a session of its own.

    Raises:
        RateLimited, LaneFull: the user, or all together, have too many of them.
    """
    with ExitStack() as stack:
        stack.enter_context(SENDING.place())
        spool = stack.enter_context(_Spool())
        spool.start(service_app.database.sessions, lines)
        response = Response(spool.pieces(), mimetype="text/csv", headers=headers)
        # Also one that is never sent, because its unit of work failed, gives its place back.
        leave = weakref.finalize(response, stack.pop_all().close)
        response.call_on_close(leave)
    return response


class _Spool:
    """A file that one thread writes while another reads what is there."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by __exit__
        self._changed = Condition()
        self._size = 0
        self._is_whole = self._is_closed = False
        self._error: Exception | None = None

    def __enter__(self) -> "_Spool":
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._is_closed = True
            self._file.close()

    def start(
        self, sessions: sessionmaker[Session], lines: Callable[[Session], Iterator[str]]
    ) -> None:
        """Begin to write in a thread of its own; it ends early once nobody reads any more."""
        Thread(target=self._write, args=(sessions, lines), name="csv", daemon=True).start()

    def pieces(self) -> Iterator[bytes]:
        """Yield what is written, and wait for more until it is whole.

        Raises:
            Exception: what the writer ended with; the answer breaks off there.
        """
        sent = 0
        while piece := self._piece(sent):
            sent += len(piece)
            yield piece

    def _piece(self, start: int) -> bytes:
        with self._changed:
            self._changed.wait_for(lambda: self._size > start or self._is_whole)
            if self._size == start and self._error:
                raise self._error
            self._file.seek(start)
            return self._file.read(_PIECE)

    def _write(
        self, sessions: sessionmaker[Session], lines: Callable[[Session], Iterator[str]]
    ) -> None:
        try:
            with sessions() as session:
                for text in lines(session):
                    if not self._append(text.encode()):
                        break
        except Exception as error:  # of whatever kind: told to who reads
            self._error = error
        with self._changed:
            self._is_whole = True
            self._changed.notify()

    def _append(self, text: bytes) -> bool:
        with self._changed:
            if self._is_closed:
                return False
            self._file.seek(self._size)
            self._file.write(text)
            self._size += len(text)
            self._changed.notify()
        return True
