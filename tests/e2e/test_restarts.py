"""`kill -9` of any one process: it is back within ten seconds and nothing is lost."""

import contextlib
import time
from decimal import Decimal

import psutil
import pytest
import requests

from shared.settings import SERVICES
from tests.e2e.conftest import Client, Product
from tests.e2e.test_main_job import make_house, wait_for_total

# Every process that the supervisor keeps, and the supervisor.
VICTIMS = [
    *(f"services.{service}.{kind}" for service in SERVICES for kind in ("app", "worker")),
    "gateway.portal",
    "nats-server",
    "bin/postgres",
    "traefik",
    "supervisord",
]


def alive(product: Product, mark: str) -> list[psutil.Process]:
    """Return the product's processes with `mark` on their command line, the oldest first."""
    found = []
    for process in product.launcher.children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it ends at this moment, or has ended
            if mark in " ".join(process.cmdline()):
                found.append(process)
    return sorted(found, key=lambda process: process.create_time())


def wait_until_back(product: Product, victim: str, killed: int, deadline: float) -> None:
    """Wait until another process has taken the place of `killed` and every service is up."""
    time.sleep(2.5)  # what the portal says of health may be two seconds old
    while True:
        replaced = [one for one in alive(product, victim) if one.pid != killed]
        with contextlib.suppress(requests.RequestException, ValueError):
            health = requests.get(f"{product.url}/api/health/", timeout=2).json()
            if replaced and health.get("status") == "ok":
                return
        assert time.monotonic() < deadline, f"{victim} is not back within ten seconds"
        time.sleep(0.1)


def eventually(client: Client, method: str, path: str, body: object = None) -> requests.Response:
    """Ask again until the answer is definite, for at most ten seconds after the kill."""
    deadline = time.monotonic() + 10
    while True:
        try:
            answer = client.get(path) if method == "GET" else client.post(path, body)
            # A Traefik that has just started knows no route yet, and says so in plain text.
            is_ours = answer.headers.get("Content-Type") == "application/json"
            if answer.status_code < 500 and is_ours:
                return answer
        except requests.RequestException:
            pass
        assert time.monotonic() < deadline, f"{path} is not back within ten seconds"
        time.sleep(0.1)


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_killed_process_is_back_and_nothing_is_lost(product: Product, victim: str) -> None:
    client = product.client()
    asset, portfolio = make_house(client, f"K{VICTIMS.index(victim)}", "100")
    wait_for_total(client, portfolio, "1000.00")
    process = alive(product, victim)[0]
    deadline = time.monotonic() + 10
    process.kill()
    price = Decimal(110 + VICTIMS.index(victim))
    answer = eventually(client, "POST", f"/api/assets/{asset}/update_price/", {"price": str(price)})
    assert answer.status_code == 200, answer.text
    path = f"/api/portfolios/{portfolio}/"
    while eventually(client, "GET", path).json()["total_value"] != f"{price * 10}.00":
        assert time.monotonic() < deadline, "the price does not reach the portfolio"
    wait_until_back(product, victim, process.pid, deadline)
