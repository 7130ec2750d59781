"""gunicorn's threaded worker, whose own refusals have the contract's shape too."""

import json
import os
import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from selectors import EVENT_READ
from socket import SHUT_RDWR, SO_SNDTIMEO, SOL_SOCKET, socket
from typing import Any, Final

from gunicorn import util
from gunicorn.http import wsgi
from gunicorn.http.errors import (
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    ParseException,
)
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import ThreadWorker
from prometheus_client import Counter

from shared import observability
from shared.http import plain
from shared.http.blueprint import BULK_BODY
from shared.http.contract import API_VERSION
from shared.http.errors import error_body

# A client that reads nothing for so long is gone. One that is sent a stream may take twice as long,
# and a thread of ours meanwhile.
SEND_TIMEOUT: Final = 10  # seconds
# What a refused request still sends is read, as far as the gateway lets a body through: gunicorn
# itself gives up after 64 KiB, and the reset of the connection overtakes the refusal (502).
REST_TIMEOUT: Final = 5  # seconds
# So much of a body is received at a time, and taken by the application in pieces of 64 KiB; for
# each of these gunicorn copies all that was received beyond it. Its own MiB is twice as dear.
SocketUnreader.max_body_chunk = 256 * 1024
# gunicorn sends head and body one after the other. Of who dies between the two the gateway has a
# head and no answer, which it makes a 500 in plain text.
wsgi.Response = plain.Answer
# So many connections are a crowd: 64 are the gateway's, idle, and one client alone may send 200 at
# once. Whoever comes then is told so at once; else all would wait until the gateway gives up.
CROWD: Final = 300
# Seconds between two looks at idle connections and at the master, which waits for minutes.
_LOOK: Final = 5.0
_SIGNALS: Final = 64  # are taken at once, a byte each
_PROBES: Final = "/health/"  # are answered in a crowd, too
LIVE: Final = "/health/live/"

TURNED_AWAY: Final = Counter(
    "http_turned_away", "Requests that were refused at once, as too many were there"
)


class Worker(ThreadWorker):  # type: ignore[misc]  # the library is untyped
    """A worker that answers in JSON what never becomes a request of the application."""

    def run(self) -> None:
        """Serve until it is time to end."""
        # The kernel may give a signal to any thread, and only this one looks what it means.
        self.poller.register(self.PIPE[0], EVENT_READ, lambda signals: os.read(signals, _SIGNALS))
        super().run()

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for requests: an idle worker looks seldom at what else there is to do."""
        super().wait_for_and_dispatch_events(_LOOK if self.alive else timeout)

    def handle(self, conn: Any) -> Any:
        """Answer a request, to a client that reads."""
        if not conn.initialized:
            # struct timeval; a timeout of Python's own would hold for the reading of requests too.
            conn.sock.setsockopt(SOL_SOCKET, SO_SNDTIMEO, struct.pack("@ll", SEND_TIMEOUT, 0))
            conn.parser = plain.Parser(self.cfg, conn.sock, conn.client)
            conn.variables = plain.connection_variables(self.cfg, conn.client, conn.server)
        return super().handle(conn)

    def handle_request(self, req: Any, conn: Any) -> bool:
        """Answer one request; who does not read has no more of the answer."""
        try:
            if self.nr_conns > CROWD and not req.path.startswith(_PROBES):
                return self._turn_away(conn)
            if isinstance(req, plain.PlainRequest):
                stays = self._answer(req, conn)
            else:
                stays = bool(super().handle_request(req, conn))
            self.finish(conn, vars(req).pop("unsent", ()))
            return stays
        except BlockingIOError:
            # Otherwise the thread that accepts everybody's connections would wait for it to leave.
            conn.sock.shutdown(SHUT_RDWR)
            return False

    def finish(self, conn: Any, unsent: Sequence[memoryview]) -> None:
        """Send what was not taken at once of an answer, here where nobody else does it.

        Raises:
            BlockingIOError: the client reads nothing.
        """
        for piece in unsent:
            conn.sock.sendall(piece)

    def _answer(self, request: plain.PlainRequest, conn: Any) -> bool:
        """Answer a plain request; return whether the connection stays."""
        answer = plain.Answer(request, conn.sock, self.cfg)
        if not self.alive or len(self.keepalived_conns) >= self.max_keepalived:
            answer.force_close()
        body = self.wsgi(plain.environment(conn.variables, request), answer.start_response)
        try:
            for data in body:
                answer.write(data)
            answer.close()
        except OSError:
            raise
        except Exception as error:
            if not answer.headers_sent:
                raise
            # Another answer within this one would be taken for a part of it.
            self.log.exception("Error handling request")
            util.close_graceful(conn.sock)
            raise StopIteration from error
        finally:
            if close := getattr(body, "close", None):
                close()
        return not answer.should_close()

    def _keepalive_after(self, conn: Any, keepalive: bool) -> bool:
        """Read the rest of a request that is answered; return whether the connection stays."""
        return keepalive and _is_read(conn)

    def _turn_away(self, conn: Any) -> bool:
        """Answer 503 without doing anything; so the crowd is gone soon."""
        _is_read(conn)
        request_id = observability.sane_request_id(None)
        util.write_nonblock(conn.sock, b"".join(_answer(503, request_id)))
        TURNED_AWAY.inc()
        return False

    def handle_error(self, _req: Any, client: socket, _addr: Any, exc: Exception) -> None:
        """Answer a request that is no HTTP with 400, whatever else with 500; then it is over."""
        # A header that the application tried to send is no fault of the client.
        is_ours = isinstance(exc, InvalidResponseHeader | InvalidResponseHeaderName)
        status = 400 if isinstance(exc, ParseException) and not is_ours else 500
        request_id = observability.sane_request_id(None)
        # What the client sent stands neither in the answer nor in the log.
        line = "%s answered with %d, request id %s"
        error = exc if status == 500 else None
        self.log.warning(line, type(exc).__name__, status, request_id, exc_info=error)
        try:
            util.write_nonblock(client, b"".join(_answer(status, request_id)))
        except OSError:
            self.log.debug("The client has gone before it had its answer.")


def _is_read(conn: Any) -> bool:
    """Read the rest of a request; return whether that was possible."""
    deadline = time.monotonic() + REST_TIMEOUT
    return bool(conn.parser.finish_body(deadline=deadline, max_bytes=BULK_BODY + 1))


def live_answer(*, is_last: bool) -> bytes:
    """Return what the application answers at `LIVE`, on a connection that ends with it or stays."""
    ending = {"Connection": "close" if is_last else "keep-alive"}
    request_id = observability.sane_request_id(None)
    return b"".join(_lines(200, request_id, b'{"status":"ok"}\n', ending))


def _answer(status: int, request_id: str) -> Iterator[bytes]:
    with observability.traced(request_id, None):
        body = json.dumps(error_body(status)).encode()
    again = {"Retry-After": "1"} if status == 503 else {}
    return _lines(status, request_id, body, {**again, "Connection": "close"})


def _lines(status: int, request_id: str, body: bytes, more: Mapping[str, str]) -> Iterator[bytes]:
    headers = {
        **more,
        "Content-Type": "application/json",
        "Content-Length": len(body),
        "X-Request-Id": request_id,
        "X-Content-Type-Options": "nosniff",
        "API-Version": API_VERSION,
        "Cache-Control": "no-store",
    }
    yield f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()
    yield from (f"{name}: {value}\r\n".encode() for name, value in headers.items())
    yield b"\r\n" + body
