"""All keys and passwords are replaced under load, and nobody is refused who should be let in."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import requests

from deploy.local import postgres
from deploy.local.rundir import RunDir, State
from tests.e2e.conftest import Client, Product
from tests.e2e.test_backup import command
from tests.e2e.test_main_job import make_house, wait_for_total

_PAUSE: Final = 0.2  # seconds: the machine has more to do

Call = Callable[[], requests.Response]


@contextmanager
def calling(*calls: Call) -> Iterator[Counter[int]]:
    """Let each be called again and again meanwhile; count the answers by status."""
    statuses: Counter[int] = Counter()
    is_over = threading.Event()

    def ask(call: Call) -> None:
        while not is_over.wait(_PAUSE):
            statuses[call().status_code] += 1

    threads = [threading.Thread(target=ask, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def calls(product: Product) -> Iterator[Call]:
    """Yield calls of every service, by clients of their own: reads and writes."""
    asset, portfolio = make_house(product.client(), "ROTATED", "100")
    entry = {"portfolio": portfolio, "asset": asset, "transaction_type": "BUY"}
    entry |= {"quantity": "1", "price": "100", "date": "2024-03-01"}
    price = {"price": "100"}

    def by(client: Client, path: str, body: object = None) -> Call:
        return lambda: client.get(path) if body is None else client.post(path, body)

    yield by(product.client(), "/api/transactions/", entry)
    yield by(product.client(), f"/api/assets/{asset}/update_price/", price)
    yield by(product.client(), f"/api/portfolios/{portfolio}/performance_metrics/")
    yield by(product.client(), "/api/webhooks/")
    yield by(product.client(), "/api/users/me/")


def test_no_answer_is_worse_while_all_keys_and_passwords_are_replaced(product: Product) -> None:
    folder = RunDir(product.run_dir)
    before = {file.name: file.read_bytes() for file in folder.keys.iterdir()}
    passwords = State.load(folder.state).passwords
    with calling(*calls(product)) as statuses:
        replaced = command(product.run_dir, "replace-keys")
    assert replaced.returncode == 0, replaced.stderr
    print(dict(statuses))
    assert set(statuses) <= {200, 201}
    after = {file.name: file.read_bytes() for file in folder.keys.iterdir()}
    assert after.keys() == before.keys()
    assert [name for name in after if after[name] == before[name]] == []
    # Also where every connection is a new one, and over the bus.
    state = State.load(folder.state)
    assert state.passwords.keys() == passwords.keys()
    assert [name for name in passwords if state.passwords[name] == passwords[name]] == []
    server = postgres.superuser_url(state.ports["postgres"], state.passwords["postgres"])
    with psycopg.connect(server, autocommit=True) as connection:
        others = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> 'postgres'"
        )
        connection.execute(others)
    _, portfolio = make_house(product.client(), "ROTATEDANEW", "100")
    wait_for_total(product.client(), portfolio, "1000.00")
