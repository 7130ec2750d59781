"""Every answer that the gateway makes itself has the contract's shape."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
import requests

from tests.gateway import backends
from tests.gateway.backends import Answer
from tests.gateway.conftest import GOOD, Site, running_portal
from tests.gateway.traefik import Door, raw, running_gateway

MIB = 1024**2


def _assert_contract(answer: requests.Response, status: int, code: str) -> None:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    details = answer.json()["details"]
    assert details["code"] == code
    assert details["message"]
    assert details["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["API-Version"] == "1.0"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_service_that_dies_within_its_answer_is_502(site: Site, method: str) -> None:
    with site.services["portfolio"].answering(Answer(hang_up=True)):
        answer = requests.request(method, site.url + "/api/portfolios/", headers=GOOD, timeout=30)
    _assert_contract(answer, 502, "bad_gateway")
    assert answer.headers["X-Request-Id"] == "made-by-auth"
    if method == "POST":  # it may have been done, so nobody sends it again
        assert site.reached() == ["portfolio POST /api/portfolios/"]


@pytest.mark.parametrize(
    ("status", "code"),
    [(500, "server_error"), (502, "bad_gateway"), (503, "unavailable"), (504, "timeout")],
)
def test_a_bare_error_behind_the_gateway_becomes_the_contracts(
    site: Site, status: int, code: str
) -> None:
    with site.services["portfolio"].answering(
        Answer(status, {"Content-Type": "text/html"}, "<h1>")
    ):
        answer = requests.get(
            site.url + "/api/portfolios/", headers={**GOOD, "X-Request-Id": "request-1"}, timeout=30
        )
    _assert_contract(answer, status, code)
    assert answer.headers["X-Request-Id"] == "request-1"


def test_a_source_outside_that_failed_a_service_is_502_with_its_own_code(site: Site) -> None:
    with site.services["assets"].answering(Answer(520)):
        answer = requests.post(site.url + "/api/assets/7/refresh_data/", headers=GOOD, timeout=30)
    _assert_contract(answer, 502, "data_source_error")


@pytest.mark.parametrize("status", [400, 404, 409, 412, 413, 422, 428])
def test_what_a_service_says_about_the_request_passes_as_it_is(site: Site, status: int) -> None:
    body = json.dumps({"error": "mine", "details": {"fields": {"name": ["x"]}}})
    with site.services["portfolio"].answering(Answer(status, {"ETag": '"1"'}, body)):
        answer = requests.get(site.url + "/api/portfolios/", headers=GOOD, timeout=30)
    assert (answer.status_code, answer.text, answer.headers["ETag"]) == (status, body, '"1"')


@pytest.mark.parametrize(
    "failure",
    [Answer(500, body="Traceback: secret"), Answer(503), Answer(hang_up=True)],
    ids=["500", "503", "hangs up"],
)
def test_a_failing_auth_closes_the_door_with_503(site: Site, failure: Answer) -> None:
    with site.services["auth"].answering(failure):
        answer = requests.get(
            site.url + "/api/portfolios/", headers={**GOOD, "X-Request-Id": "request-1"}, timeout=30
        )
    _assert_contract(answer, 503, "unavailable")
    assert answer.headers["X-Request-Id"] == "request-1"
    assert int(answer.headers["Retry-After"]) > 0
    assert "secret" not in answer.text
    assert site.reached() == []


def test_a_slow_auth_closes_the_door_after_five_seconds(site: Site) -> None:
    started = time.monotonic()
    with site.services["auth"].answering(Answer(delay=6)):
        answer = requests.get(site.url + "/api/portfolios/", headers=GOOD, timeout=30)
    _assert_contract(answer, 503, "unavailable")
    assert time.monotonic() - started > 4.5
    assert site.reached() == []


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_413_and_reaches_nobody(site: Site, chunked: bool) -> None:
    body = b"x" * (MIB + 1)
    answer = requests.post(
        site.url + "/api/portfolios/",
        data=iter([body]) if chunked else body,
        headers=GOOD,
        timeout=30,
    )
    _assert_contract(answer, 413, "payload_too_large")
    assert site.reached() == []


def test_a_body_of_the_limit_arrives_whole(site: Site) -> None:
    requests.post(site.url + "/api/portfolios/", data=b"x" * MIB, headers=GOOD, timeout=30)
    assert site.services["portfolio"].seen[0].body == b"x" * MIB


def test_a_large_body_without_a_token_is_401(site: Site) -> None:
    answer = requests.post(site.url + "/api/portfolios/", data=b"x" * (MIB + 1), timeout=30)
    assert answer.status_code == 401


HEAD = b"HTTP/1.1\r\nHost: h\r\nAuthorization: Token good\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "chunks", [b"zz\r\n", b"5\r\nabcdeXX0\r\n\r\n", b"0\r\nno trailer\r\n\r\n"]
)
@pytest.mark.parametrize("target", [b"POST /api/portfolios/ ", b"POST /api/auth-token/ "])
def test_chunks_that_are_none_are_400(site: Site, target: bytes, chunks: bytes) -> None:
    answer = raw(site.door, target + CHUNKED + chunks)
    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(answer.body)["details"]["code"] == "bad_request"
    assert site.reached() == []


@pytest.mark.parametrize(
    "target",
    [
        "GET /api/portfolios/",
        "DELETE /api/tokens/7/",
        "POST /nothing/",
        "POST /api/no/",
        "POST /api/transactions/bulk/",
    ],
)
def test_chunks_that_are_none_elsewhere_are_an_error_in_json(site: Site, target: str) -> None:
    answer = raw(site.door, target.encode() + b" " + CHUNKED + b"zz\r\n")
    assert answer.status in {400, 404, 500}
    assert answer.headers["Content-Type"] == "application/json"


def test_a_services_500_for_a_body_stays_500(site: Site) -> None:
    with site.services["portfolio"].answering(Answer(500, body="Traceback: secret")):
        answer = requests.post(site.url + "/api/portfolios/", data="{}", headers=GOOD, timeout=30)
    _assert_contract(answer, 500, "server_error")


# Go's HTTP server refuses these itself, before Traefik sees them; docs/errors.md says so.
BEFORE_THE_GATEWAY = {
    "two lengths": (b"POST / " + HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    "a length below zero": (b"POST / " + HEAD + b"Content-Length: -1\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    "a header's name with a blank": (b"GET / HTTP/1.1\r\nHost: a\r\nX Y: z\r\n\r\n", 400),
    "a null in a header": (b"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", 400),
    "no version": (b"GET /api/portfolios/\r\n\r\n", 400),
    "an escape that is none": (b"GET /%zz " + HEAD + b"\r\n", 400),
    "an expectation": (b"POST / " + HEAD + b"Expect: magic\r\n\r\n", 417),
    "a large head": (b"GET / " + HEAD + b"X: " + b"x" * 9000 + b"\r\n\r\n", 431),
    "another encoding": (b"POST / " + HEAD + b"Transfer-Encoding: gzip\r\n\r\n", 501),
    "CONNECT": (b"CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", 501),
    "a version that there is not": (b"GET / HTTP/3.7\r\nHost: h\r\n\r\n", 505),
}


@pytest.mark.parametrize("name", BEFORE_THE_GATEWAY)
def test_what_is_no_http_is_refused_in_text_and_the_connection_ends(site: Site, name: str) -> None:
    request, status = BEFORE_THE_GATEWAY[name]
    answer = raw(site.door, request)
    assert answer.status == status
    assert answer.headers["Content-Type"] in {None, "text/plain; charset=utf-8"}
    assert site.reached() == []


@pytest.fixture(scope="module")
def bare_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A gateway behind which only auth and the portal are up."""
    with (
        backends.running(backends.auth) as auth,
        running_portal({"auth": auth.url}) as portal,
        running_gateway(
            tmp_path_factory.mktemp("bare"), {"auth": auth.url, "portal": portal}
        ) as door,
    ):
        yield door


def test_a_service_that_is_down_is_502_in_json(bare_door: Door) -> None:
    answer = requests.get(bare_door.url + "/api/portfolios/", headers=GOOD, timeout=30)
    _assert_contract(answer, 502, "bad_gateway")


def test_where_a_replica_has_died_another_one_gets_the_request_as_it_was(tmp_path: Path) -> None:
    """Of auth and of the service, one of two is down."""
    with (
        backends.running(backends.auth) as living,
        running_portal({}) as portal,
        running_gateway(tmp_path, {"portal": portal}, beside=living.url) as door,
    ):
        url = f"{door.url}/api/portfolios/"
        answers = [requests.post(url, data="{}", headers=GOOD, timeout=30) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 6
    posted = [seen.body for seen in living.seen if seen.path == "/api/portfolios/"]
    assert posted == [b"{}"] * 6


def test_health_is_503_for_monitors_while_a_service_is_down(tmp_path: Path) -> None:
    with (
        backends.running(lambda _: Answer()) as assets,
        running_portal(
            {"assets": assets.url, "auth": "http://127.0.0.1:9"}, {"assets": assets.url}
        ) as portal,
        running_gateway(tmp_path, {"portal": portal}) as door,
    ):
        usual, strict = (
            requests.get(f"{door.url}/api/health/{query}", timeout=30)
            for query in ("", "?strict=true")
        )
    assert (usual.status_code, strict.status_code) == (200, 503)
    state = {
        "status": "degraded",
        "services": {"assets": "up", "auth": "down"},
        "events": {"assets": "flowing"},
    }
    assert usual.json() == strict.json() == state


def test_health_is_503_for_monitors_while_no_events_flow(tmp_path: Path) -> None:
    with (
        backends.running(lambda seen: Answer(503 if seen.path == "/events" else 200)) as assets,
        running_portal({"assets": assets.url}, {"assets": assets.url}) as portal,
        running_gateway(tmp_path, {"portal": portal}) as door,
    ):
        usual, strict = (
            requests.get(f"{door.url}/api/health/{query}", timeout=30)
            for query in ("", "?strict=true")
        )
    assert (usual.status_code, strict.status_code) == (200, 503)
    state = {
        "status": "degraded",
        "services": {"assets": "up"},
        "events": {"assets": "stopped"},
    }
    assert usual.json() == strict.json() == state


def test_auth_being_down_is_503_in_json(tmp_path: Path) -> None:
    with (
        backends.running(backends.echo("portfolio")) as portfolio,
        running_portal({}) as portal,
        running_gateway(tmp_path, {"portfolio": portfolio.url, "portal": portal}) as door,
    ):
        answer = requests.get(door.url + "/api/portfolios/", headers=GOOD, timeout=30)
        assert portfolio.seen == []
    _assert_contract(answer, 503, "unavailable")


def test_hundreds_of_slow_bodies_take_little_memory(site: Site) -> None:
    """Each is a MiB without its last byte: all in memory they would take 150 MiB and more."""
    head = f"POST /api/portfolios/ HTTP/1.1\r\nHost: h\r\nContent-Length: {MIB}\r\n"
    sent = f"{head}Authorization: Token good\r\n\r\n".encode() + b" " * (MIB - 1)
    gateway = psutil.Process(site.door.process.pid)
    before = gateway.memory_info().rss
    with ExitStack() as stack:
        slow = []
        for _ in range(150):
            connection = socket.create_connection((site.door.host, site.door.port), timeout=60)
            stack.enter_context(connection).sendall(sent)
            slow.append(connection)
        assert site.reached() == []
        for connection in slow:
            connection.sendall(b" ")
        assert {connection.recv(12) for connection in slow} == {b"HTTP/1.1 200"}
    status = Path(f"/proc/{gateway.pid}/status").read_text()
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", status)
    assert int(peak) * 1024 - before < 100 * MIB
