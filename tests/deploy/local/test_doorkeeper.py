"""While the gateway cannot answer, the doorkeeper does, at the same port and in JSON."""

import os
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
import requests

from deploy.local import ports, servers
from deploy.local.doorkeeper import Doorkeeper
from gateway.__main__ import main
from gateway.routes import SERVICES
from shared.testing import wait_until
from tests.gateway import backends
from tests.gateway.backends import Answer
from tests.gateway.conftest import GOOD, running_portal
from tests.gateway.traefik import Door, raw

HOSTS = ["127.0.0.1", "0.0.0.0", "::1", "::", "localhost"]


class House:
    """A gateway with its doorkeeper, and a portal."""

    def __init__(self, folder: Path, portal: str, host: str, auth: str = "http://127.0.0.1:9"):
        self.port, internal, pages = ports.free(), ports.free(), ports.free()
        self.keeper = Doorkeeper(host, self.port, pages, f"http://127.0.0.1:{internal}")
        literal = f"[{host}]" if ":" in host else host
        urls = {**dict.fromkeys(SERVICES, "http://127.0.0.1:9"), "portal": portal, "auth": auth}
        arguments = [
            "--entrypoint",
            f"{literal}:{self.port}",
            "--internal",
            f"127.0.0.1:{internal}",
        ]
        arguments += [f"--service={name}={url}" for name, url in urls.items()]
        arguments += ["--doorkeeper", f"http://127.0.0.1:{pages}", "--no-flood-guard"]
        assert main(["render", f"--out={folder}", *arguments]) == 0
        self._command = [str(servers.script("traefik")), f"--configFile={folder}/traefik.yml"]
        local = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, host)
        self.url = f"http://{local}:{self.port}"

    def start(self) -> "subprocess.Popen[bytes]":
        self.keeper.shut()
        return subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, headers=GOOD, timeout=30)


@pytest.fixture
def portal() -> Iterator[str]:
    with running_portal({}) as url:
        yield url


@pytest.mark.parametrize("host", HOSTS)
def test_each_address_is_the_doorkeepers_until_the_gateway_is_ready(
    tmp_path: Path, portal: str, host: str
) -> None:
    house = House(tmp_path, portal, host)
    answer = house.get("/api/health/")
    assert answer.status_code == 503
    assert answer.json()["details"]["code"] == "unavailable"
    assert answer.json()["details"]["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Retry-After"] == "1"
    with house.start() as gateway:
        wait_until(house.keeper.is_open)
        assert house.get("/api/health/").status_code == 200
        house.keeper.stay_shut()
        assert house.get("/api/health/").status_code == 503
        gateway.kill()


def test_who_hammers_the_door_over_restarts_reads_json_alone(tmp_path: Path, portal: str) -> None:
    """A page that is there is never a 404, in no moment of a start."""
    house = House(tmp_path, portal, "127.0.0.1")
    seen: Counter[str] = Counter()
    is_over = threading.Event()

    def hammer() -> None:
        while not is_over.is_set():
            try:
                answer = house.get("/api/health/")
            except requests.ConnectionError:  # it was killed in the middle of an answer
                continue
            seen[f"{answer.status_code} {answer.headers.get('Content-Type')}"] += 1

    def has_seen(successes: int) -> bool:
        return seen["200 application/json"] >= successes

    threads = [threading.Thread(target=hammer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        with house.start() as gateway:
            wait_until(house.keeper.is_open)
            at_opening = seen["200 application/json"]
            wait_until(partial(has_seen, at_opening + 20))
            gateway.kill()
        wait_until(lambda: house.get("/api/health/").status_code == 503)
    is_over.set()
    for thread in threads:
        thread.join()
    assert set(seen) == {"200 application/json", "503 application/json"}


def test_while_the_portal_is_down_the_doorkeeper_speaks_for_it(tmp_path: Path) -> None:
    with ExitStack() as stack:
        stopped = stack.enter_context(ExitStack())
        portal = stopped.enter_context(running_portal({}))
        auth = stack.enter_context(backends.running(backends.auth))
        house = House(tmp_path, portal, "127.0.0.1", auth.url)
        gateway = stack.enter_context(house.start())
        stack.callback(gateway.kill)
        wait_until(house.keeper.is_open)
        stopped.close()
        # The portal's own page, what there is not, and a service that is down as well.
        for path in ("/api/health/", "/nothing/", "/api/portfolios/", "/api/nothing/"):
            answer = house.get(path)
            assert answer.status_code == 502, path
            assert answer.json()["details"]["code"] == "bad_gateway"
            assert answer.headers["Retry-After"] == "1"
        with auth.answering(Answer(503)):
            answer = house.get("/api/portfolios/")
        assert answer.status_code == 503
        assert answer.headers["Content-Type"] == "application/json"


def test_of_a_crowd_that_is_served_late_a_share_is_let_in(tmp_path: Path, portal: str) -> None:
    """And everybody again, when it is served promptly."""
    with ExitStack() as stack:
        auth = stack.enter_context(backends.running(backends.auth))
        house = House(tmp_path, portal, "127.0.0.1", auth.url)
        gateway = stack.enter_context(house.start())
        stack.callback(gateway.kill)
        wait_until(house.keeper.is_open)
        # This process has as many open files as a gateway with a crowd.
        for _ in range(600):
            stack.enter_context(Path(os.devnull).open("rb"))
        house.keeper.gateway = os.getpid
        with auth.answering(Answer(401, delay=1.5)):
            wait_until(lambda: house.get("/api/health/").status_code == 503)
        assert gateway.poll() is None
        wait_until(lambda: all(house.get("/api/health/").status_code == 200 for _ in range(50)))


def test_requests_of_any_kind_are_answered_in_json(tmp_path: Path, portal: str) -> None:
    house = House(tmp_path, portal, "127.0.0.1")
    door = Door("127.0.0.1", house.port, 0, subprocess.Popen(["true"]))
    for request in (
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n123",
        b"GET / HTTP/1.1\r\nX-Request-Id: request-1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"nonsense\r\n\r\n",
    ):
        answer = raw(door, request)
        assert answer.status == 503
        assert answer.headers["Content-Type"] == "application/json"
        assert b'"code":"unavailable"' in answer.body


def test_who_says_nothing_holds_up_nobody(tmp_path: Path, portal: str) -> None:
    house = House(tmp_path, portal, "127.0.0.1")
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(socket.create_connection(("127.0.0.1", house.port)))
        assert house.get("/").status_code == 503
