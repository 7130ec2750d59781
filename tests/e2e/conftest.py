"""The whole product, as `make run` starts it."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import requests

from deploy.local import leftovers, ports
from shared.testing import ENOUGH, wait_until

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = "deploy.local"
# What the product of all tests is started with, besides a port and a folder of its own.
CHOSEN = {"LIMITS": "off", "WEBHOOKS_ALLOW_PRIVATE": "1"}


def environment(run_dir: Path, **chosen: str) -> dict[str, str]:
    """Return what a launcher is given: its own settings only, not those of whoever runs this."""
    passed_on = {name: os.environ[name] for name in ("PATH", "HOME", "CI") if name in os.environ}
    return {**passed_on, "RUN_DIR": str(run_dir), **chosen}


@dataclass
class Product:
    """The product, as `make run` starts it.

    Attributes:
        port: of the gateway.
        run_dir: its folder.
        chosen: the other settings.
        code: the checkout that is started.
        launched_by: the module that starts it.
    """

    port: int
    run_dir: Path
    chosen: Mapping[str, str]
    code: Path = ROOT
    launched_by: str = LAUNCHER
    _launched: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """The gateway, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def launcher(self) -> psutil.Process:
        """The process of `make run`."""
        assert self._launched
        return psutil.Process(self._launched.pid)

    def alive(self, mark: str) -> list[psutil.Process]:
        """Return the processes with `mark` on their command line, the oldest first."""
        found = []
        for process in self.launcher.children(recursive=True):
            with contextlib.suppress(psutil.Error):  # it ends at this moment, or has ended
                if mark in " ".join(process.cmdline()):
                    found.append(process)
        return sorted(found, key=lambda process: process.create_time())

    def start(self) -> None:
        """Start everything, and wait until it is ready."""
        self._launched = subprocess.Popen(
            [sys.executable, "-m", self.launched_by],
            cwd=self.code,
            env=environment(self.run_dir, PORT=str(self.port), **self.chosen),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        _wait_until_ready(self._launched)

    def end(self, number: signal.Signals) -> None:
        """Send the launcher a signal that ends it, and see that it leaves no process."""
        assert self._launched
        self._launched.send_signal(number)
        self._launched.wait(ENOUGH)
        wait_until(lambda: not leftovers.find(self.run_dir))

    def client(self, username: str = "demo", password: str = "demo") -> "Client":
        """Return a client that is logged in."""
        answer = requests.post(
            f"{self.url}/api/auth-token/",
            json={"username": username, "password": password},
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        return Client(self.url, answer.json()["token"])

    def administrator(self, name: str) -> "Client":
        """Make an administrator by the command that a run without the demo prints."""
        command = ["-m", "deploy.local", "exec", "auth", "--", "create-user", "--admin", name]
        password = f"password of {name}"
        subprocess.run(
            [sys.executable, *command],
            cwd=self.code,
            env=environment(self.run_dir),
            input=f"{password}\n",
            text=True,
            check=True,
        )
        return self.client(name, password)


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
        return self._session.get(f"{self.url}{path}", params=params, timeout=60)  # type: ignore[arg-type]

    def post(self, path: str, body: object) -> requests.Response:
        """POST JSON to a path under the gateway."""
        return self._session.post(f"{self.url}{path}", json=body, timeout=60)

    def delete(self, path: str) -> requests.Response:
        """DELETE a path under the gateway."""
        return self._session.delete(f"{self.url}{path}", timeout=60)


@contextmanager
def started(run_dir: Path, **chosen: str) -> Iterator[Product]:
    """Start everything with what is `chosen`; end it with SIGTERM."""
    with running(Product(ports.free(), run_dir, chosen)) as product:
        yield product


@contextmanager
def running(product: Product) -> Iterator[Product]:
    """Start everything; end it with SIGTERM."""
    product.start()
    try:
        yield product
    finally:
        product.end(signal.SIGTERM)


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
    deadline = time.monotonic() + 2 * ENOUGH
    while not ready.wait(0.2):
        if launched.poll() is not None or time.monotonic() > deadline:
            launched.kill()
            pytest.fail("The product does not start:\n" + "".join(lines))
