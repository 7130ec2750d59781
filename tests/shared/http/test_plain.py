"""Plain requests are read as gunicorn reads them; what is not plain is left to it."""

import socket
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http.parser import RequestParser
from gunicorn.http.wsgi import create
from gunicorn.workers.gthread import ThreadWorker

from shared.http import gunicorn_worker, plain

CLIENT, SERVER = ("127.0.0.1", 41234), ("127.0.0.1", 9001)
# As Traefik sends them.
HEADERS = (
    b"Host: localhost:8000\r\nUser-Agent: a/1 (b; c)\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n"
    b'X-Forwarded-For: 127.0.0.1\r\nX-Identity: e30.e30.c2ln\r\nCookie: a=b; c="d"\r\n'
)
PLAIN = [
    b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET /api/portfolios/1/ HTTP/1.1\r\n" + HEADERS + b"\r\n",
    b"HEAD /api/portfolios/?page=2&search=a%20b HTTP/1.1\r\n" + HEADERS + b"\r\n",
    b"GET /api/%C3%A9/%2e%2e/a//b?q=%C3%A9?&x=/ HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET /a? HTTP/1.1\r\nHost:h\r\nEmpty:\r\nTabs:\t a\tb \t\r\ncontent-type: text/a\r\n\r\n",
    b"GET /a;b=c!$'()*+,@:~ HTTP/1.1\r\nhOsT: h\r\nX-1: :\r\n\r\n",
    b"POST /a HTTP/1.1\r\n" + HEADERS + b"Content-Length: 9\r\n\r\nGET / \r\n\r",
    b"PUT /a HTTP/1.1\r\nHost: h\r\nContent-Type: text/a\r\nContent-Length: 1\r\n\r\n\n",
    b"PATCH /a HTTP/1.1\r\nHost: h\r\ncontent-length:\t9999 \r\n\r\n" + b"x" * 9999,
]
UNUSUAL = [
    b"POST / HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET / HTTP/1.0\r\nHost: h\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\nHost: h\n\n",
    b"GET //evil/a HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET http://evil/a HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET /a  HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET /\xc3\xa9 HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nHost: evil\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nAccept: a\r\naccept: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nX_Identity: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nX-Identity : a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n folded\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nA: b\rc\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nA: \x00\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nA: \xe9\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 02\r\n\r\nxy",
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +2\r\n\r\nxy",
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10000\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nxy",
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nxy",
    b"DELETE / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nxy",
    b"GET / HTTP/1.1\r\nHost: h\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(100)) + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\n",
]


@pytest.fixture
def settings() -> Config:
    settings = Config()
    settings.set("header_map", "refuse")
    settings.set("forwarder_headers", "")
    return settings


def comparable(environ: dict[str, Any]) -> dict[str, Any]:
    """Return what of an environment is a plain value."""
    return {name: value for name, value in environ.items() if isinstance(value, str | tuple | bool)}


@pytest.mark.parametrize("request_", PLAIN)
def test_a_plain_request_has_the_environment_that_gunicorn_makes(
    settings: Config, request_: bytes
) -> None:
    theirs = next(RequestParser(settings, [request_], CLIENT))
    _, expected = create(theirs, None, CLIENT, SERVER, settings)
    ours = next(plain.Parser(settings, [request_], CLIENT))
    assert isinstance(ours, plain.PlainRequest)
    found = plain.environment(plain.connection_variables(settings, CLIENT, SERVER), ours)
    assert comparable(found) == comparable(expected) | {"wsgi.multithread": True}
    body = b"" if expected["REQUEST_METHOD"] in {"GET", "HEAD"} else theirs.body.read()
    assert found["wsgi.input"].read() == body


@pytest.mark.parametrize("request_", UNUSUAL)
def test_what_is_not_plain_is_left_to_gunicorn(request_: bytes) -> None:
    assert plain.plain_head(request_) is None


@pytest.mark.parametrize("request_", [PLAIN[0], UNUSUAL[0]])
def test_the_head_of_an_answer_goes_out_with_its_body(settings: Config, request_: bytes) -> None:
    """Who dies between the two has said what the gateway cannot take back."""
    assert issubclass(gunicorn_worker.Worker, ThreadWorker)  # who has told gunicorn so
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    request = next(plain.Parser(settings, [request_], CLIENT))
    if isinstance(request, plain.PlainRequest):
        answer = plain.Answer(request, ours, settings)
    else:
        answer, _ = create(request, ours, CLIENT, SERVER, settings)
    answer.start_response("201 Created", [("Content-Length", "5")])
    answer.write(b"hello")
    answer.close()
    message = theirs.recv(1000)
    assert message.startswith(b"HTTP/1.1 201 Created\r\n")
    assert message.endswith(b"\r\n\r\nhello")
    ours.close()
    assert theirs.recv(1000) == b""
    theirs.close()


def test_plain_and_other_requests_follow_each_other(settings: Config) -> None:
    head = b"POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n"
    got = b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    empty = b"POST /c HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"
    pieces = [got, head + b"xy", empty, got[:9], got[9:], head, b"x", b"y", got, head, b"xy" + got]
    requests = []
    for request in plain.Parser(settings, pieces, CLIENT):
        is_plain = isinstance(request, plain.PlainRequest)
        requests.append(
            (request.method, is_plain, request.body if is_plain else request.body.read())
        )
    assert requests == [
        ("GET", True, b""),
        ("POST", True, b"xy"),
        ("POST", False, b""),
        ("GET", False, b""),
        ("POST", True, b"xy"),
        ("GET", True, b""),
        ("POST", False, b"xy"),
        ("GET", True, b""),
    ]


def test_a_body_that_never_comes_whole_is_left_to_gunicorn(settings: Config) -> None:
    head = b"POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n"
    request = next(plain.Parser(settings, [head, b"xy"], CLIENT))
    assert not isinstance(request, plain.PlainRequest)
    assert request.body.read() == b"xy"
