"""`kill -9` of any one process: it is back within ten seconds and nothing is lost."""

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


def oldest(product: Product, mark: str) -> psutil.Process:
    """Return the first process of the product with `mark` on its command line."""
    found = [
        process
        for process in product.launcher.children(recursive=True)
        if mark in " ".join(process.cmdline())
    ]
    assert found, f"no process has {mark} on its command line"
    return min(found, key=lambda process: process.create_time())


def eventually(client: Client, method: str, path: str, body: object = None) -> requests.Response:
    """Ask again until the answer is definite, for at most ten seconds after the kill."""
    deadline = time.monotonic() + 10
    while True:
        try:
            answer = client.get(path) if method == "GET" else client.post(path, body)
            if answer.status_code < 500:
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
    oldest(product, victim).kill()
    price = Decimal(110 + VICTIMS.index(victim))
    answer = eventually(client, "POST", f"/api/assets/{asset}/update_price/", {"price": str(price)})
    assert answer.status_code == 200, answer.text
    assert eventually(client, "GET", f"/api/portfolios/{portfolio}/").status_code == 200
    wait_for_total(client, portfolio, f"{price * 10}.00")
