"""Calls between services: signed, traced, and an answer or an error in bounded time."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from shared import observability
from shared.client import ServiceClient
from shared.errors import Conflict, NotFound, Unauthorized, Unavailable, ValidationFailed
from shared.identity import Signer, Verifier


class Owner(ThreadingHTTPServer):
    """A service that answers `status` and `body` and remembers what it was asked and sent."""

    status = 200
    body = b'{"count": 1}'

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.sent = b""


class _Handler(BaseHTTPRequestHandler):
    server: Owner

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers.items())))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.body)

    def do_POST(self) -> None:
        self.server.sent = self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def owner() -> Iterator[Owner]:
    with Owner() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def client_to(port: int, keys: Path) -> ServiceClient:
    url = f"http://127.0.0.1:{port}/"
    return ServiceClient("assets", url, Signer("portfolio", keys / "portfolio.pem"))


@pytest.fixture
def client(owner: Owner, keys: Path) -> ServiceClient:
    return client_to(owner.server_port, keys)


def test_the_answer_is_the_json_under_the_internal_api(owner: Owner, client: ServiceClient) -> None:
    assert client.get("assets/", {"ids": "1,2"}) == {"count": 1}
    assert owner.seen[0][0] == "/internal/v1/assets/?ids=1%2C2"


def test_a_call_is_signed_for_this_callee_alone(
    owner: Owner, client: ServiceClient, keys: Path
) -> None:
    client.get("assets/")
    token = owner.seen[0][1]["Authorization"].removeprefix("Bearer ")
    assert Verifier(keys, "assets").caller(token).name == "portfolio"
    with pytest.raises(Unauthorized):
        Verifier(keys, "webhooks").caller(token)


def test_a_call_carries_the_request_that_caused_it(owner: Owner, client: ServiceClient) -> None:
    trace = observability.sane_traceparent(None)
    with observability.traced("the-request", trace):
        client.get("assets/")
    client.get("assets/")
    inside, outside = owner.seen[0][1], owner.seen[1][1]
    assert (inside["X-Request-Id"], inside["traceparent"]) == ("the-request", trace)
    assert not {"X-Request-Id", "traceparent"} & set(outside)


def test_a_proxy_of_the_environment_is_not_asked(
    client: ServiceClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert client.get("assets/") == {"count": 1}


def test_a_body_is_sent_as_json(owner: Owner, client: ServiceClient) -> None:
    owner.status = 201
    assert client.post("assets/", {"symbol": "AAPL"}) == {"count": 1}
    path, headers = owner.seen[0]
    assert (path, headers["Content-Type"]) == ("/internal/v1/assets/", "application/json")
    assert json.loads(owner.sent) == {"symbol": "AAPL"}


def test_a_body_that_the_owner_refuses_is_refused_with_its_reasons(
    owner: Owner, client: ServiceClient
) -> None:
    owner.status = 422
    owner.body = b'{"details": {"message": "No.", "fields": {"symbol": ["Is taken."]}}}'
    with pytest.raises(ValidationFailed, match=r"^No\.$") as caught:
        client.post("assets/", {})
    assert caught.value.fields == {"symbol": ["Is taken."]}


def test_what_stands_in_the_way_is_a_conflict(owner: Owner, client: ServiceClient) -> None:
    owner.status, owner.body = 409, b'{"details": {"message": "It is held."}}'
    with pytest.raises(Conflict, match=r"^It is held\.$"):
        client.post("assets/", {})


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"details": null}', b'{"details": {}}'])
def test_a_refusal_that_says_nothing_is_unavailable(
    owner: Owner, client: ServiceClient, body: bytes
) -> None:
    owner.status, owner.body = 422, body
    with pytest.raises(Unavailable):
        client.post("assets/", {})


def test_what_the_owner_does_not_have_is_not_found(owner: Owner, client: ServiceClient) -> None:
    owner.status = 404
    with pytest.raises(NotFound):
        client.get("assets/7/")


@pytest.mark.parametrize("status", [401, 403, 406, 500, 502, 503])
def test_any_other_answer_is_unavailable(owner: Owner, client: ServiceClient, status: int) -> None:
    owner.status = status
    with pytest.raises(Unavailable, match=f"assets service answered {status}"):
        client.get("assets/7/")


def test_an_answer_that_is_no_json_is_unavailable(owner: Owner, client: ServiceClient) -> None:
    owner.body = b"<html>"
    with pytest.raises(Unavailable):
        client.get("assets/7/")


def test_nobody_there_is_unavailable(keys: Path) -> None:
    with pytest.raises(Unavailable, match="assets service does not answer"):
        client_to(9, keys).get("assets/7/")


def test_a_silent_service_is_unavailable_after_a_while(keys: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unavailable):
        client_to(silent.getsockname()[1], keys).get("assets/7/")
