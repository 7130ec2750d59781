"""What gunicorn itself refuses, asked over a raw connection."""

import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse

import psutil
import pytest

from deploy.local import ports
from shared.http.gunicorn_worker import CROWD
from shared.settings import SERVICES
from shared.testing import ENOUGH, wait_until
from tests.shared.signals import tell_another_thread

THREADS = 8


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Return the port of a portal that gunicorn runs by our settings."""
    chosen = ports.free()
    settings = ("-c", "shared/http/gunicorn_settings.py", "-b", f"127.0.0.1:{chosen}")
    urls = {f"{service.upper()}_URL": "http://127.0.0.1:9" for service in SERVICES}
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *settings, "gateway.portal.app:create_app()"],
        env={**os.environ, **urls, "LOG_LEVEL": "ERROR", "THREADS": str(THREADS)},
        stderr=subprocess.DEVNULL,
    ) as process:
        wait_until(lambda: process.poll() is not None or not ports.is_free(chosen))
        assert process.poll() is None
        yield chosen
        process.terminate()


def kept(port: int) -> HTTPConnection:
    """Return a connection that was answered once and stays."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/health/live/")
    assert connection.getresponse().read()
    return connection


def ask(port: int, request: bytes) -> tuple[HTTPResponse, bytes]:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        answer = HTTPResponse(connection)
        answer.begin()
        return answer, answer.read()


@pytest.mark.parametrize(
    "request_",
    [
        "GET /health/live/?search=Müller HTTP/1.1\r\nHost: h\r\n\r\n".encode(),
        "GET /health/live/?search=Müller HTTP/1.1\r\nHost: h\r\n\r\n".encode("latin-1"),
        b"evil HTTP/1.1\r\n\r\n",
        b"GET /health/live/ HTTP/evil\r\n\r\n",
        b"GET /health/live/ HTTP/1.1\r\nHost: h\r\ne vil: 1\r\n\r\n",
        b"GET /evil HTTP/1.1\r\nHost: h\r\n" + b"evil: 1\r\n" * 1001 + b"\r\n",
        b"GET /health/live/?" + b"evil" * 3000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: evil\r\n\r\n",
    ],
)
def test_what_is_no_http_is_400_in_the_contracts_shape(port: int, request_: bytes) -> None:
    answer, body = ask(port, request_)
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/json")
    assert answer.headers["Connection"] == "close"
    found = json.loads(body)
    assert found == {
        "error": "Bad Request",
        "details": {
            "code": "bad_request",
            "message": "The request could not be understood.",
            "request_id": answer.headers["X-Request-Id"],
        },
    }
    assert found["details"]["request_id"]
    assert b"evil" not in body


def test_as_many_headers_as_the_gateway_lets_through_are_read(port: int) -> None:
    request = b"GET /health/live/ HTTP/1.1\r\nHost: h\r\n" + b"x: 1\r\n" * 990 + b"\r\n"
    answer, _ = ask(port, request)
    assert answer.status == 200


def test_requests_that_come_in_one_packet_are_answered_one_by_one(port: int) -> None:
    got = b"GET /health/live/ HTTP/1.1\r\nHost: h\r\n\r\n"
    posted = b"POST /nowhere/ HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n[]"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(got + posted + got)
        statuses = []
        with connection.makefile("rb") as answers:
            for _ in range(3):
                statuses.append(int(answers.readline().split()[1]))
                length = 0
                while (line := answers.readline()) != b"\r\n":
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                answers.read(length)
    assert statuses == [200, 404, 200]


def test_a_refusal_reaches_a_client_that_still_sends_a_long_body(port: int) -> None:
    length = 8 * 2**20
    head = f"POST /nowhere/ HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n".encode()
    answer, _ = ask(port, head + b"1" * length)
    assert answer.status == 404


def test_the_process_says_that_it_lives_while_all_its_threads_are_busy(port: int) -> None:
    live = b"GET /health/live/ HTTP/1.1\r\nHost: h\r\nUser-Agent: kube-probe/1.34\r\n\r\n"
    ordinary = b"GET /health/ready/ HTTP/1.1\r\nHost: h\r\n\r\n"
    with ExitStack() as stack:

        def connected(data: bytes) -> socket.socket:
            address = ("127.0.0.1", port)
            connection = stack.enter_context(socket.create_connection(address, timeout=60))
            connection.sendall(data)
            return connection

        # Eight threads read what never comes, and the next one waits for them.
        slow = [connected(b"GET /health/ready/ HTTP/1.1\r\n") for _ in range(THREADS)]
        waiting = connected(ordinary)
        probe = connected(live)
        answers = []
        for _ in range(3):
            answer = HTTPResponse(probe)
            answer.begin()
            answers.append((answer.status, answer.read(), answer.headers["Content-Type"]))
            probe = connected(live)
        assert answers == [(200, b'{"status":"ok"}\n', "application/json")] * 3
        assert select.select([waiting, *slow], [], [], 0)[0] == []
        for connection in slow:
            connection.sendall(b"Host: h\r\n\r\n")
        for connection in (*slow, waiting):
            assert connection.recv(15) == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize("more", [b"", b"Connection: close\r\n", b"Content-Length: 2\r\n"])
def test_that_it_lives_is_answered_alike_by_whomever(port: int, more: bytes) -> None:
    body = b"[]" if b"Length" in more else b""
    request = b"GET /health/live/ HTTP/1.1\r\nHost: h\r\n" + more + b"\r\n" + body
    answer, said = ask(port, request)
    assert (answer.status, said) == (200, b'{"status":"ok"}\n')
    told = {name.lower() for name in answer.headers} - {"connection", "content-length"}
    assert told >= {"x-request-id", "api-version", "cache-control", "x-content-type-options"}


def test_a_connection_stays_after_it_was_told_that_the_process_lives(port: int) -> None:
    connection = kept(port)
    for path in ("/health/ready/", "/health/live/"):
        connection.request("GET", path)
        assert json.loads(connection.getresponse().read()) == {"status": "ok"}
    connection.close()


def test_in_a_crowd_everybody_is_told_to_come_again_but_probes_are_answered(port: int) -> None:
    crowd = [kept(port) for _ in range(CROWD + 1)]
    request = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n[1, 2, 3]"
    wait_until(lambda: ask(port, request)[0].status == 503)
    answer, body = ask(port, request)
    assert answer.headers["Retry-After"] == "1"
    assert json.loads(body)["details"]["code"] == "unavailable"
    assert ask(port, b"GET /health/live/ HTTP/1.1\r\nHost: h\r\n\r\n")[0].status == 200
    for connection in crowd:
        connection.close()
    wait_until(lambda: ask(port, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")[0].status == 200)


@contextmanager
def portal(bind: str, *options: str, **more: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a portal of its own, at an address."""
    urls = {f"{service.upper()}_URL": "http://127.0.0.1:9" for service in SERVICES}
    settings = ("-c", "shared/http/gunicorn_settings.py", "-b", bind, *options)
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *settings, "gateway.portal.app:create_app()"],
        env={**os.environ, **urls, **more},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def answers(host: str, port: int) -> bool:
    try:
        return http_get(host, port, "/health/ready/") == 200
    except OSError:
        return False


def http_get(host: str, port: int, path: str) -> int:
    connection = HTTPConnection(host, port, timeout=60)
    connection.request("GET", path)
    return connection.getresponse().status


def test_gunicorns_own_lines_are_json_and_it_listens_to_ipv4_and_ipv6() -> None:
    port = ports.free()
    with portal(f"[::]:{port}", THREADS="2") as process:
        wait_until(lambda: answers("127.0.0.1", port) and answers("::1", port))
        assert http_get("::1", port, "/nowhere/?token=s3cr3t") == 404
        [worker] = psutil.Process(process.pid).children()
        worker.kill()
        wait_until(lambda: answers("127.0.0.1", port))
        process.terminate()
        _, said = process.communicate(timeout=ENOUGH)
    lines = [json.loads(line) for line in said.splitlines()]
    killed = [line for line in lines if "SIGKILL" in line["event"]]
    assert killed[0]["logger"] == "gunicorn.error"
    assert killed[0]["level"] == "error"
    assert "s3cr3t" not in said


def test_a_worker_hears_at_once_what_the_kernel_tells_another_of_its_threads() -> None:
    port = ports.free()
    with portal(f"127.0.0.1:{port}", "-k", "tests.shared.http.sleeping.Sleeping") as process:
        wait_until(lambda: answers("127.0.0.1", port))
        [worker] = psutil.Process(process.pid).children()
        tell_another_thread(worker.pid)
        worker.wait(ENOUGH)
