"""Requests that no honest client sends; none may reach what the gateway doesn't route."""

import socket
import time

import pytest

from tests.gateway import backends
from tests.gateway.conftest import Site
from tests.gateway.traefik import raw, sent

PRIVATE = [
    "/internal/v1/portfolios/",
    "/internal/authorize",
    "/internal/openapi/internal.json",
    "/internal/docs/",
    "/health/live/",
    "/health/ready/",
    "/metrics/",
    "/errors/502/",
    "/flood",
    "/ping",
    "/api/rawdata",
]
SPELLINGS = [
    "{0}",
    "/{0}",
    "//{0}",
    "/api/..{0}",
    "/api/../..{0}",
    "/api/portfolios/../..{0}",
    "/api/health/../..{0}",
    "/api/v1/../..{0}",
    "/.{0}",
    "/%2e%2e{0}",
    "/api/%2e%2e{0}",
    "/api/portfolios/%2e%2e/%2e%2e{0}",
    "/api/portfolios/..%2f..{0}",
    "/api/portfolios/%2e%2e%2f%2e%2e{0}",
    "/api/portfolios/..%252f..{0}",
    "/api/portfolios/..\\..{0}",
    "/api/portfolios/..%5c..{0}",
    "/api/portfolios/..;{0}",
    "/api/portfolios/7%00{0}",
    "/%2f{0}",
    "/%69nternal/..{0}",
    "http://evil.example{0}",
    "/api/v1{0}",
    "/api/auth-token{0}",
    "/api/docs{0}",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_private_paths_are_reached_in_no_spelling(site: Site, spelling: str) -> None:
    for path in PRIVATE:
        target = spelling.format(path)
        request = f"GET {target} HTTP/1.1\r\nHost: h\r\nAuthorization: Token good\r\n\r\n"
        time.sleep(0.01)  # or the flood guard would be what is tested
        answer = raw(site.door, request.encode())
        assert answer.status in {400, 404}, target
        assert answer.headers["Content-Type"] == "application/json", target
    assert site.reached() == []


def test_a_service_without_the_gateway_reads_a_private_path_in_many_spellings() -> None:
    """So that the test above could fail: here such a request is seen to arrive."""
    with backends.running(backends.echo("portfolio")) as service:
        for spelling in SPELLINGS:
            target = spelling.format("/internal/authorize")
            request = f"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n"
            sent(("127.0.0.1", service.server_port), request.encode())
    assert [seen.target.endswith("/internal/authorize") for seen in service.seen] == [
        True for _ in SPELLINGS
    ]


@pytest.mark.parametrize(
    "target",
    [
        "/api/portfolios/7%2F",
        "/api/portfolios/%2e%2f/",
        "/api/portfolios/7;x/",
        "/api/portfolios/%3b/",
        "/api/portfolios/%25/",
        "/api/portfolios/%3f/",
        "/api/portfolios/%23/",
        "/api/portfolios/%00/",
        "/api/portfolios/%0d%0aX-Identity:forged/",
        "/api\\portfolios/",
    ],
)
def test_characters_that_servers_read_differently_are_400_in_json(site: Site, target: str) -> None:
    request = f"GET {target} HTTP/1.1\r\nHost: h\r\nAuthorization: Token good\r\n\r\n"
    answer = raw(site.door, request.encode())
    assert answer.status == 400
    assert b'"code":"bad_request"' in answer.body
    assert site.reached() == []


@pytest.mark.parametrize("target", ["/api/./portfolios//7/", "//api/portfolios/%37/"])
def test_harmless_spellings_are_made_the_one_true_path(site: Site, target: str) -> None:
    request = f"GET {target} HTTP/1.1\r\nHost: h\r\nAuthorization: Token good\r\n\r\n"
    assert raw(site.door, request.encode()).status == 200
    assert site.reached() == ["portfolio GET /api/portfolios/7/"]


@pytest.mark.parametrize("target", ["*", "h:80", "nothing"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS", "CONNECT", "TRACE"])
def test_targets_that_are_no_path_reach_nothing(site: Site, method: str, target: str) -> None:
    assert raw(site.door, f"{method} {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode()).status >= 200
    assert site.reached() == []


@pytest.mark.parametrize("size", [9_000, 100_000, 2_000_000])
def test_oversized_headers_are_431(site: Site, size: int) -> None:
    with socket.create_connection((site.door.host, site.door.port), timeout=30) as connection:
        connection.sendall(b"GET /api/portfolios/ HTTP/1.1\r\nHost: h\r\nX-Big: ")
        try:
            connection.sendall(b"x" * size + b"\r\n\r\n")
        except ConnectionError:
            pass  # refused before all of it was sent
        else:
            assert connection.recv(100).startswith(b"HTTP/1.1 431 ")
    assert site.reached() == []


def test_two_requests_in_one_are_not_smuggled(site: Site) -> None:
    request = (
        b"POST /api/portfolios/ HTTP/1.1\r\nHost: h\r\nAuthorization: Token good\r\n"
        b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        b"GET /internal/v1/ HTTP/1.1\r\nHost: h\r\n\r\n"
    )
    assert raw(site.door, request).status == 200
    assert site.reached() == ["portfolio POST /api/portfolios/"]
    assert site.services["portfolio"].seen[0].body == b""


def test_a_slow_body_occupies_no_service(site: Site) -> None:
    head = b"POST /api/portfolios/ HTTP/1.1\r\nHost: h\r\nAuthorization: Token good\r\n"
    with socket.create_connection((site.door.host, site.door.port), timeout=30) as connection:
        connection.sendall(head + b"Content-Length: 1000\r\n\r\n{")
        time.sleep(0.3)
        assert site.reached() == []
        connection.sendall(b" " * 999)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
    assert site.reached() == ["portfolio POST /api/portfolios/"]
