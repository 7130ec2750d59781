"""The outside of the gateway: small real HTTP servers that record and do what a test asks."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Seen:
    """A request as it came in, header names as they stood on the wire."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def all(self, name: str) -> list[str]:
        """Return the values that a WSGI server would read as the header `name`."""
        wanted = name.lower().replace("-", "_")
        return [value for key, value in self.headers if key.lower().replace("-", "_") == wanted]


@dataclass(frozen=True)
class Answer:
    """What a server answers: after `delay` seconds; `hang_up` breaks off instead."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | bytes = "{}"
    delay: float = 0
    hang_up: bool = False


class Backend(ThreadingHTTPServer):
    """A service: records each request and answers with `answer`."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, answer: Callable[[Seen], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.default = answer
        self.answer = answer
        self.seen: list[Seen] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @contextmanager
    def answering(self, answer: Answer | Callable[[Seen], Answer]) -> Iterator[None]:
        """Answer otherwise for a while."""
        self.answer = (lambda _: answer) if isinstance(answer, Answer) else answer
        try:
            yield
        finally:
            self.answer = self.default


@contextmanager
def running(answer: Callable[[Seen], Answer]) -> Iterator[Backend]:
    """Run a server on a free port."""
    with Backend(answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def echo(name: str) -> Callable[[Seen], Answer]:
    """Return an answer that says which service it was."""
    return lambda seen: Answer(body=json.dumps({"service": name, "path": seen.path}))


def auth(seen: Seen) -> Answer:
    """Know the token `good` and nobody else; be the service `auth` on every other path."""
    if seen.path != "/internal/authorize":
        return echo("auth")(seen)
    request_id = (seen.all("X-Request-Id") or ["made-by-auth"])[0]
    if seen.all("Authorization") != ["Token good"]:
        return Answer(
            401,
            {"WWW-Authenticate": "Token", "Content-Type": "application/json"},
            json.dumps({"error": "Authentication required", "details": {"code": "unauthorized"}}),
        )
    quota = parse_qs(urlsplit(seen.target).query)["class"][0]
    told = {"X-Identity": f"signed-by-auth:{quota}", "X-Quota": "1000 999 3600"}
    return Answer(200, {**told, "X-Request-Id": request_id})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    server: Backend

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        seen = Seen(self.command, self.path, tuple(self.headers.items()), self._body())
        self.server.seen.append(seen)
        self._send(self.server.answer(seen))

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _send(self, answer: Answer) -> None:
        time.sleep(answer.delay)
        if answer.hang_up:
            self.close_connection = True
            return
        body = answer.body if isinstance(answer.body, bytes) else answer.body.encode()
        self.send_response_only(answer.status)
        headers = {"Content-Type": "application/json", **answer.headers}
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()
