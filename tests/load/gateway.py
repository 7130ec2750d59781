"""What the way in costs: CPU of Traefik and of auth for one cheap GET of a user.

    .venv/bin/python -m tests.load.gateway

Needs nothing that runs. Real Traefik as rendered, real auth under gunicorn with PostgreSQL and
quotas in memory, and a service that only says its name. The client keeps its connection and stays
below the flood guard.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

import psutil

from deploy.local import ports
from services.auth.app import create_app
from shared.testing import Stand, wait_until
from tests.gateway import backends
from tests.gateway.traefik import Door, running_gateway
from tests.load.authorize import sign_in
from tests.load.service import service

CALLS: Final = 1000
A_SECOND: Final = 90
_GUNICORN: Final = (sys.executable, "-m", "gunicorn", "-c", "shared/http/gunicorn_settings.py")


@contextmanager
def running_auth(stand: Stand) -> Iterator[tuple[str, psutil.Process]]:
    """Run auth of the stand under gunicorn; give its URL and its master process."""
    address = f"127.0.0.1:{ports.free()}"
    environment = {**stand.environment, "QUOTA_STANDARD": "1000000/hour", "LOG_LEVEL": "INFO"}
    with subprocess.Popen(
        [*_GUNICORN, "-b", address, "services.auth.app:create_app()"],
        env=environment,
        stderr=subprocess.DEVNULL,
    ) as master:
        try:
            wait_until(lambda: is_alive(address))
            yield f"http://{address}", psutil.Process(master.pid)
        finally:
            master.terminate()


def is_alive(address: str) -> bool:
    """Return whether a web process answers."""
    connection = HTTPConnection(address)
    try:
        connection.request("GET", "/health/live/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def cpu(process: psutil.Process) -> float:
    """Return the seconds of CPU that a process and its children have used."""
    family = [process, *process.children(recursive=True)]
    return sum(sum(member.cpu_times()[:2]) for member in family)


def ask(door: Door, key: str, calls: int) -> None:
    """Send paced GETs, each of which must be answered."""
    connection = HTTPConnection(door.host, door.port)
    began = time.monotonic()
    for call in range(calls):
        time.sleep(max(0, began + call / A_SECOND - time.monotonic()))
        connection.request("GET", "/api/portfolios/", headers={"Authorization": f"Token {key}"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {answer.read()!r}")
        answer.read()
    connection.close()


def main() -> None:
    """Print the two figures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        service("auth", create_app) as stand,
        running_auth(stand) as (auth_url, auth),
        backends.running(backends.echo("portfolio")) as portfolio,
        running_gateway(Path(folder), {"auth": auth_url, "portfolio": portfolio.url}) as door,
    ):
        key = sign_in(stand)
        processes = {"Traefik": psutil.Process(door.process.pid), "auth": auth}
        ask(door, key, 100)
        before = {name: cpu(process) for name, process in processes.items()}
        ask(door, key, CALLS)
        for name, process in processes.items():
            print(f"{name:8} {(cpu(process) - before[name]) * 1000 / CALLS:.2f} CPU ms a request")


if __name__ == "__main__":
    main()
