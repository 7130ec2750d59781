"""Receivers of webhooks: real servers that record what comes, and a clock that can be advanced."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlalchemy import text
from standardwebhooks import Webhook

from services.webhooks.outside.network import Network
from services.webhooks.outside.sealing import Seal
from services.webhooks.parts.courier import Courier
from shared.testing import Stand


@dataclass
class Request:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    received: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """Return the body as the public Standard Webhooks library reads it."""
        return Webhook(secret).verify(self.body, dict(self.headers))


class Receiver:
    """A server on a free port of 127.0.0.1.

    Args:
        answer: answers one request; 200 by default.
        tls: of an https receiver.
    """

    def __init__(
        self,
        answer: Callable[["Handler"], None] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.requests: list[Request] = []
        self.answer = answer or answering(200)
        self.in_flight = 0
        self.most_in_flight = 0
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"at": self}))
        self.server.daemon_threads = True
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()

    @property
    def bodies(self) -> list[bytes]:
        return [request.body for request in self.requests]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


MakeReceiver = Callable[..., Receiver]


class Handler(BaseHTTPRequestHandler):
    """Records a request and lets its receiver answer."""

    at: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        at = self.at
        with at.lock:
            at.requests.append(Request(self.path, dict(self.headers), body))
            at.in_flight += 1
            at.most_in_flight = max(at.most_in_flight, at.in_flight)
        try:
            at.answer(self)
        except OSError:
            self.close_connection = True  # the sender has gone
        finally:
            with at.lock:
                at.in_flight -= 1

    def log_message(self, *_: object) -> None:
        pass


def answering(status: int, **headers: str) -> Callable[[Handler], None]:
    """Return an answer with this status, an empty body, and headers (`Retry_After`)."""

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


class Clock:
    """Tells a time that stands still until it is advanced."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC) + timedelta(seconds=1)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


def claims(stand: Stand) -> list[datetime]:
    """Return until when the attempts that are under way are claimed."""
    with stand.database.engine.connect() as connection:
        claimed = text("SELECT claimed_until FROM deliveries WHERE claimed_until IS NOT NULL")
        return list(connection.scalars(claimed))


@contextmanager
def delivering(
    stand: Stand,
    network: Network,
    seal: Seal,
    clock: Clock | None = None,
    couriers: int = 1,
) -> Iterator[None]:
    """Have couriers at work for the length of a `with`."""
    stop = threading.Event()
    made = [Courier(stand.database, network, seal, clock) for _ in range(couriers)]
    threads = [threading.Thread(target=courier.run, args=[stop]) for courier in made]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
