"""Headers that would make a service believe something that is not so: none gets through."""

from typing import Final

import pytest

from tests.gateway import backends
from tests.gateway.backends import Seen
from tests.gateway.conftest import Site
from tests.gateway.traefik import raw, sent

START: Final = b"GET /api/portfolios/ HTTP/1.1\r\nHost: h\r\nAuthorization: Token good\r\n"
TRICKS: Final = [
    b"X-Identity: forged\r\nX-Identity: forged too",
    b"x-identity: forged",
    # Other names of the same variable in a WSGI server.
    b"X_Identity: forged",
    b"x_identity: forged",
    b"X-Identity: forged\r\nX_Identity: forged",
    b"X_Forwarded_For: 6.6.6.6",
    b"X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 7.7.7.7",
    b"X-Forwarded-For: 6.6.6.6, 127.0.0.1",
    b"X-Forwarded-Host: evil.example",
    b"X-Forwarded-Proto: https",
    b"X-Forwarded-Prefix: /evil",
    b"SCRIPT_NAME: /internal",
    b"Path_Info: /internal/v1/",
    b"Remote_Addr: 6.6.6.6",
]
# What takes away what the gateway adds, or means something to other servers than ours.
HARMLESS: Final = [
    b"X.Identity: forged",
    b"X~Identity: forged",
    b"Connection: X-Identity",
    b"Connection: close, X-Identity, X-Request-Id, X-Forwarded-For",
    b"Keep-Alive: X-Identity\r\nConnection: Keep-Alive, X-Identity",
    b"Trailer: X-Identity",
    b"X-Original-Url: /internal/v1/\r\nX-Rewrite-Url: /internal/v1/",
    b"X-Http-Method-Override: DELETE",
]
# Each variable of a WSGI server that says who or where, and what it may be.
TRUTH: Final = {
    "X-Identity": {"signed-by-auth:standard"},
    "X-Forwarded-For": {"127.0.0.1"},
    "X-Forwarded-Proto": {"http"},
    "X-Forwarded-Prefix": set[str](),
    "Script_Name": set[str](),
    "Path_Info": set[str](),
    "Remote_Addr": set[str](),
}


def _lies(seen: Seen) -> list[str]:
    """Return the names of what a service would believe that is not so."""
    lies = [name for name, truth in TRUTH.items() if set(seen.all(name)) - truth]
    has_evil_host = any("evil" in value for value in seen.all("X-Forwarded-Host"))
    return lies + ["X-Forwarded-Host"] * has_evil_host


@pytest.mark.parametrize("header", [*TRICKS, *HARMLESS])
def test_tricks_with_headers_change_nothing(site: Site, header: bytes) -> None:
    assert raw(site.door, START + header + b"\r\n\r\n").status == 200
    (seen,) = site.services["portfolio"].seen
    assert (seen.method, seen.target) == ("GET", "/api/portfolios/")
    assert seen.all("X-Identity") == ["signed-by-auth:standard"]
    assert seen.all("X-Forwarded-For") == ["127.0.0.1"]
    assert _lies(seen) == []


@pytest.mark.parametrize("header", TRICKS)
def test_a_service_without_the_gateway_believes_each_of_them(header: bytes) -> None:
    """So that the test above could fail."""
    with backends.running(backends.echo("portfolio")) as service:
        sent(("127.0.0.1", service.server_port), START + header + b"\r\n\r\n")
        (seen,) = service.seen
    assert len(_lies(seen)) == 1


@pytest.mark.parametrize(
    "header",
    [
        b"X-Identity : forged",
        b"Host: other",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Transfer-Encoding: xchunked",
    ],
)
def test_headers_that_two_servers_would_read_differently_are_refused(
    site: Site, header: bytes
) -> None:
    start = b"GET /api/portfolios/ HTTP/1.1\r\nHost: h\r\nAuthorization: Token good\r\n"
    assert raw(site.door, start + header + b"\r\n\r\n").status in {400, 501}
    assert site.reached() == []


def test_a_folded_header_is_no_identity(site: Site) -> None:
    request = b"GET /api/portfolios/ HTTP/1.1\r\nHost: h\r\nA: b\r\n X-Identity: forged\r\n\r\n"
    assert raw(site.door, request).status == 401
    assert site.reached() == []
