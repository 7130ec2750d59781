"""A data source on the web, as real as a socket: it answers what a test tells it to."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Feed:
    """What is answered, and what was asked."""

    port: int = 0
    status: int = 200
    body: bytes = b""
    seconds_before: float = 0
    seconds_between_bytes: float = 0
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def template(self) -> str:
        return f"http://127.0.0.1:{self.port}/prices/{{symbol}}.csv"

    def start_anew(self) -> None:
        """Answer nothing as yet, and have been asked nothing."""
        vars(self).update(vars(Feed(port=self.port)))

    def says(self, *rows: str) -> None:
        """Answer these rows of `date,close` from now on."""
        self.body = "\n".join(["date,close", *rows]).encode()


@contextmanager
def listening() -> Iterator[Feed]:
    """Yield a feed that listens."""
    feed = Feed()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            feed.asked.append(self.path)
            time.sleep(feed.seconds_before)
            self.send_response(feed.status)
            for name, value in feed.headers.items():
                self.send_header(name, value)
            self.end_headers()
            step = 1 if feed.seconds_between_bytes else len(feed.body) or 1
            for start in range(0, len(feed.body), step):
                self.wfile.write(feed.body[start : start + step])
                time.sleep(feed.seconds_between_bytes)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def handle(self) -> None:
            """Let clients hang up."""
            try:
                super().handle()
            except (BrokenPipeError, ConnectionResetError):
                return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    feed.port = server.server_port
    Thread(target=server.serve_forever, daemon=True).start()
    yield feed
    server.shutdown()
