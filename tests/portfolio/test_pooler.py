"""The service behind a real PgBouncer, which gives it a session for a transaction at a time."""

import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg
import pytest
import requests
from sqlalchemy import text

from deploy.local import databases, ports
from deploy.local.databases import Databases
from shared import bus
from shared.bus.interface import Message
from shared.db import Database
from shared.events import Event
from shared.identity import Identity, Signer, UserId
from shared.testing import environment, wait_until
from tests import pooler
from tests.portfolio.build import AAPL, card

# Of the server, for eight threads and more.
SESSIONS: Final = 2


@dataclass(frozen=True)
class Place:
    """A database, by way of PgBouncer and past it."""

    url: str
    direct_url: str

    @contextmanager
    def opened(self) -> Iterator[Database]:
        database = Database(self.url, self.direct_url)
        yield database
        database.close()

    def sessions(self) -> int:
        """Return how many sessions of the server PgBouncer has."""
        console = urlsplit(self.url)._replace(path="/pgbouncer").geturl()
        with psycopg.connect(console, autocommit=True) as connection:
            return len(connection.execute("SHOW SERVERS").fetchall())


@pytest.fixture(scope="module")
def place(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Return the empty database of a role that has nothing else, and PgBouncer before it."""
    folder, password = tmp_path_factory.mktemp("pooler"), secrets.token_hex(8)
    own = Databases(postgres_url, f"pooled_{secrets.token_hex(4)}_")
    databases.provision(own, {"portfolio": password}, ["portfolio"])
    server = int(urlsplit(postgres_url).port or 5432)
    try:
        running = pooler.start(
            folder, server, {f"{own.prefix}portfolio": password}, sessions=SESSIONS
        )
    except pooler.Missing as missing:
        pytest.skip(str(missing))
    direct_url = own.url("portfolio", password)
    yield Place(direct_url.replace(f":{server}/", f":{running.port}/"), direct_url)
    running.server.stop()


@dataclass(frozen=True)
class Portfolio:
    """The service: its web process and its worker."""

    url: str
    signer: Signer
    bus_url: str

    def ask(self, method: str, path: str, user: int = 1, **more: Any) -> requests.Response:
        identity = Identity(UserId(user), frozenset({"read", "write"}), False, "USD")
        headers = {"X-Identity": self.signer.identity(identity), **more.pop("headers", {})}
        return requests.request(method, self.url + path, headers=headers, timeout=60, **more)

    def make(self, user: int) -> int:
        answer = self.ask("POST", "/api/portfolios/", user, json={"name": f"Of {user}"})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])


@pytest.fixture(scope="module")
def service(place: Place, nats_url: str, keys: Path) -> Iterator[Portfolio]:
    """Run the migration, the web process with eight threads, and the worker."""
    told = {
        **environment(
            "portfolio", database_url=place.url, keys=keys, event_bus_url=f"{nats_url}?namespace=p"
        ),
        "DATABASE_DIRECT_URL": place.direct_url,
    }
    python, everything = sys.executable, {**os.environ, **told}
    migrate = [python, "-m", "services.portfolio", "migrate"]
    subprocess.run(migrate, env=everything, check=True)
    port = ports.free()
    gunicorn = ("-c", "shared/http/gunicorn_settings.py", "-b", f"127.0.0.1:{port}")
    url = f"http://127.0.0.1:{port}"
    with (
        subprocess.Popen(
            [python, "-m", "gunicorn", *gunicorn, "services.portfolio.app:create_app()"],
            env=everything,
        ) as web,
        subprocess.Popen([python, "-m", "services.portfolio.worker"], env=everything) as worker,
    ):
        try:
            wait_until(lambda: web.poll() is not None or not ports.is_free(port))
            assert requests.get(f"{url}/health/ready/", timeout=60).status_code == 200
            yield Portfolio(url, Signer("auth", keys / "auth.pem"), told["EVENT_BUS_URL"])
            assert (web.poll(), worker.poll()) == (None, None)
        finally:
            web.terminate()
            worker.terminate()


def test_a_session_waits_no_longer_than_without_a_pooler(service: Portfolio, place: Place) -> None:
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone")
    asked = text("SELECT " + ", ".join(f"current_setting('{name}')" for name in names))
    with place.opened() as database, Database(place.direct_url).sessions() as past:
        with database.sessions() as pooled:
            assert tuple(pooled.execute(asked).one()) == ("10s", "3s", "30s", "UTC")
        assert tuple(past.execute(asked).one()) == ("10s", "3s", "30s", "UTC")


def test_a_bell_that_is_rung_by_way_of_the_pooler_is_heard(
    service: Portfolio, place: Place
) -> None:
    with place.opened() as database:
        bell, stop = database.bells["pooled"], threading.Event()
        listener = threading.Thread(target=database.bells.listen, args=[stop], daemon=True)
        listener.start()
        wait_until(lambda: bell.is_heard)
        with place.opened() as another:
            another.bells.ring("pooled")
            wait_until(lambda: bell.wait(0.01))
        stop.set()


def test_many_that_read_write_and_are_refused_at_once_share_two_sessions(
    service: Portfolio, place: Place
) -> None:
    """A refusal rolls back, and lets psycopg forget what it has prepared: others must keep it."""
    made = {user: service.make(user) for user in range(1, 9)}

    def live(user: int) -> set[tuple[str, int]]:
        told = set()
        body = {"portfolio": made[user], "transaction_type": "DEPOSIT", "date": "2024-01-02"}
        for _ in range(8):
            entry = service.ask("POST", "/api/transactions/", user, json={**body, "amount": "5"})
            refused = service.ask("POST", "/api/transactions/", user, json={**body, "amount": "x"})
            late = service.ask(
                "PATCH",
                f"/api/portfolios/{made[user]}/",
                user,
                json={"name": "Late"},
                headers={"If-Match": '"99999"'},
            )
            lists = service.ask("GET", "/api/transactions/", user)
            told |= {
                ("entry", entry.status_code),
                ("refused", refused.status_code),
                ("late", late.status_code),
                ("list", lists.status_code),
            }
        return told

    with ThreadPoolExecutor(8) as threads:
        told = set().union(*threads.map(live, made))
    assert told == {("entry", 201), ("refused", 422), ("late", 412), ("list", 200)}
    for user, portfolio in made.items():
        kept = service.ask("GET", f"/api/portfolios/{portfolio}/", user).json()
        assert kept["cash_balance"] == "40.00"  # 8 times 5
    assert 1 <= place.sessions() <= SESSIONS


def test_the_worker_relays_consumes_and_does_jobs(service: Portfolio, place: Place) -> None:
    portfolio = service.make(20)
    apple = Event.now("assets", "asset-created", f"assets/{AAPL}", 1, {"asset": card(AAPL, "AAPL")})
    publisher = bus.publisher(service.bus_url)
    publisher.publish([Message(str(apple.id), apple.topic, apple.to_json())])
    publisher.close()
    row = {"portfolio": portfolio, "transaction_type": "DEPOSIT", "date": "2024-01-02"}
    accepted = service.ask(
        "POST",
        "/api/transactions/bulk/",
        20,
        json={"transactions": [{**row, "amount": "1"}] * 30},
        headers={"Prefer": "respond-async"},
    )
    assert accepted.status_code == 202, accepted.text

    def state() -> str:
        return str(service.ask("GET", accepted.headers["Location"], 20).json()["status"])

    wait_until(lambda: state() == "done")
    assert service.ask("GET", f"/api/portfolios/{portfolio}/", 20).json()["cash_balance"] == "30.00"
    with place.opened() as database:

        def is_true(question: str) -> bool:
            with database.sessions() as session:
                return bool(session.scalar(text(question), {"id": apple.id}))

        wait_until(
            partial(is_true, "SELECT NOT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)")
        )
        wait_until(partial(is_true, "SELECT EXISTS (SELECT FROM inbox WHERE event_id = :id)"))
