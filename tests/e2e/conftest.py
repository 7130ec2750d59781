"""The whole product, as `make run` starts it, once for all end-to-end tests."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import requests

from deploy.local import ports
from shared.testing import ENOUGH

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Product:
    """The running product.

    Attributes:
        url: of the gateway, without a slash at its end.
        run_dir: its folder.
        launcher: the process of `make run`.
    """

    url: str
    run_dir: Path
    launcher: psutil.Process

    def client(self, username: str = "demo", password: str = "demo") -> "Client":
        """Return a client that is logged in."""
        answer = requests.post(
            f"{self.url}/api/auth-token/",
            json={"username": username, "password": password},
            timeout=10,
        )
        assert answer.status_code == 200, answer.text
        return Client(self.url, answer.json()["token"])


class Client:
    """A client of the gateway; `token` may be None."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url
        self.token = token
        self._session = requests.Session()
        if token:
            self._session.headers["Authorization"] = f"Token {token}"

    def get(self, path: str, **params: object) -> requests.Response:
        """GET a path under the gateway."""
        return self._session.get(f"{self.url}{path}", params=params, timeout=15)  # type: ignore[arg-type]

    def post(self, path: str, body: object) -> requests.Response:
        """POST JSON to a path under the gateway."""
        return self._session.post(f"{self.url}{path}", json=body, timeout=15)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Start everything with the demo data; end it like Ctrl-C and leave no process."""
    port = ports.free()
    run_dir = tmp_path_factory.mktemp("run")
    environment = {
        **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "CI"}},
        "PORT": str(port),
        "RUN_DIR": str(run_dir),
        "LIMITS": "off",
        "WEBHOOKS_ALLOW_PRIVATE": "1",
    }
    launched = subprocess.Popen(
        [sys.executable, "-m", "deploy.local"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    process = psutil.Process(launched.pid)
    _wait_until_ready(launched)
    yield Product(f"http://127.0.0.1:{port}", run_dir, process)
    family = process.children(recursive=True)
    launched.send_signal(signal.SIGTERM)
    launched.wait(ENOUGH)
    _, alive = psutil.wait_procs(family, timeout=1)
    # One that ended may still wait for the machine's first process to take note of it.
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []


def _wait_until_ready(launched: subprocess.Popen[str]) -> None:
    assert launched.stdout is not None
    lines: list[str] = []
    ready = threading.Event()

    def read() -> None:
        for line in launched.stdout or ():
            lines.append(line)
            if line.startswith("Ready:"):
                ready.set()

    threading.Thread(target=read, daemon=True).start()
    deadline = time.monotonic() + 110
    while not ready.wait(0.2):
        if launched.poll() is not None or time.monotonic() > deadline:
            launched.kill()
            pytest.fail("The product does not start:\n" + "".join(lines))
