"""Answers are compressed for who accepts that, and a stream stays a stream."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from shared.testing import ENOUGH
from tests.gateway import backends
from tests.gateway.backends import Answer
from tests.gateway.conftest import GOOD, Site
from tests.gateway.traefik import Door, RawAnswer, raw, running_gateway

LARGE = json.dumps({"results": ["x" * 100] * 100})
TAG = {"ETag": '"1.9f86d081"'}


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_a_large_answer_is_compressed_as_the_client_accepts(site: Site, encoding: str) -> None:
    with site.services["portfolio"].answering(Answer(headers=TAG, body=LARGE)):
        answer = _get(site, encoding)
    assert answer.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.headers["ETag"] == TAG["ETag"]
    assert len(answer.body) < len(LARGE) / 10
    if encoding == "gzip":
        assert gzip.decompress(answer.body).decode() == LARGE


def test_a_client_that_accepts_none_gets_it_plain(site: Site) -> None:
    with site.services["portfolio"].answering(Answer(body=LARGE)):
        answer = _get(site, "identity")
    assert "Content-Encoding" not in answer.headers
    assert answer.body.decode() == LARGE


def test_a_small_answer_is_not_worth_it(site: Site) -> None:
    with site.services["portfolio"].answering(Answer(body='{"results": []}')):
        answer = _get(site, "gzip")
    assert "Content-Encoding" not in answer.headers


def test_what_the_client_has_already_is_304_as_ever(site: Site) -> None:
    with site.services["portfolio"].answering(Answer(304, headers=TAG, body="")):
        answer = requests.get(
            site.url + "/api/portfolios/7/",
            headers={**GOOD, "If-None-Match": TAG["ETag"]},
            timeout=30,
        )
    assert (answer.status_code, answer.content) == (304, b"")
    assert site.services["portfolio"].seen[0].all("If-None-Match") == [TAG["ETag"]]


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_the_first_rows_of_a_list_arrive_while_the_last_are_being_read(
    tmp_path: Path, encoding: str
) -> None:
    with (
        backends.running(backends.auth) as auth,
        _slow_rows() as (url, first_have_arrived),
        running_gateway(tmp_path, {"auth": auth.url, "portfolio": url}) as door,
    ):
        connection = _ask(door, encoding)
        response = connection.getresponse()
        assert response.read(10)
        first_have_arrived.set()
        assert response.read()
        connection.close()


def _get(site: Site, encoding: str) -> RawAnswer:
    request = (
        "GET /api/portfolios/ HTTP/1.1\r\nHost: x\r\nAuthorization: Token good\r\n"
        f"Accept-Encoding: {encoding}\r\n\r\n"
    )
    return raw(site.door, request.encode())


def _ask(door: Door, encoding: str) -> HTTPConnection:
    connection = HTTPConnection(door.host, door.port, timeout=30)
    headers = {**GOOD, "Accept": "text/csv", "Accept-Encoding": encoding}
    connection.request("GET", "/api/portfolios/", headers=headers)
    return connection


@contextmanager
def _slow_rows() -> Iterator[tuple[str, threading.Event]]:
    """Run a service that sends 24 KiB of rows, and as many again when the first have arrived."""
    first_have_arrived = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/csv; charset=utf-8")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            rows = b"1,2020-01-02,175.50\r\n" * 1200
            self.wfile.write(b"%x\r\n%s\r\n" % (len(rows), rows))
            assert first_have_arrived.wait(ENOUGH)
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(rows), rows))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", first_have_arrived
        server.shutdown()
