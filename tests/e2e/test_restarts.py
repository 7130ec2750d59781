"""`kill -9` of any one process: it comes back by itself and nothing is lost."""

import signal
import time
from decimal import Decimal

import psutil
import pytest
import requests

from shared.settings import SERVICES
from shared.testing import wait_until
from tests.e2e.conftest import Client, Product
from tests.e2e.test_main_job import make_house, wait_for_total

# Every process that the launcher keeps.
VICTIMS = [
    *(f"services.{service}.{kind}" for service in SERVICES for kind in ("app", "worker")),
    "gateway.portal",
    "deploy.local.zygote",
    "nats-server",
    "bin/postgres",
    "traefik",
]


def is_back(product: Product, victim: str, killed: int) -> bool:
    """Return whether another process has the place of `killed` and every service is up."""
    if all(one.pid == killed for one in product.alive(victim)):
        return False
    try:
        health = requests.get(f"{product.url}/api/health/", timeout=60)
        return bool(health.json().get("status") == "ok")
    except requests.ConnectionError:
        return False


def definite(client: Client, method: str, path: str, body: object = None) -> requests.Response:
    """Ask again until the answer is one that a client can rely on."""

    def ask() -> requests.Response | None:
        try:
            answer = client.get(path) if method == "GET" else client.post(path, body)
        except (requests.ConnectionError, requests.ReadTimeout):
            return None
        assert answer.headers["Content-Type"] == "application/json", answer.text
        return answer if answer.status_code < 500 else None

    return wait_until(ask)


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_killed_process_is_back_and_nothing_is_lost(product: Product, victim: str) -> None:
    client = product.client()
    asset, portfolio = make_house(client, f"K{VICTIMS.index(victim)}", "100")
    wait_for_total(client, portfolio, "1000.00")
    process = product.alive(victim)[0]
    process.kill()
    price = Decimal(110 + VICTIMS.index(victim))
    answer = definite(client, "POST", f"/api/assets/{asset}/update_price/", {"price": str(price)})
    assert answer.status_code == 200, answer.text
    path, total = f"/api/portfolios/{portfolio}/", f"{price * 10}.00"
    wait_until(lambda: definite(client, "GET", path).json()["total_value"] == total)
    time.sleep(2.5)  # what the portal says of health may be two seconds old
    wait_until(lambda: is_back(product, victim, process.pid))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_an_ended_launcher_leaves_no_process_and_the_next_start_has_everything(
    product: Product, number: signal.Signals
) -> None:
    _, portfolio = make_house(product.client(), f"L{number}", "100")
    family = product.launcher.children(recursive=True)
    product.end(number)
    # Also none that carries no mark any more, as PostgreSQL's own.
    wait_until(lambda: not psutil.wait_procs(family, timeout=0)[1])
    product.start()
    wait_for_total(product.client(), portfolio, "1000.00")
