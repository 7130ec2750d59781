"""A bulk and an import over the bus: analytics shows the ledger before them and after."""

import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.serving import make_server

from services.analytics import app as analytics_app
from services.portfolio import app as portfolio_app
from shared import bus
from shared.bus import outbox
from shared.events.catalogue import HEARD, topics
from shared.testing import ENOUGH, Stand, wait_until
from tests.analytics.test_portfolio_metrics import UP_DOWN_UP
from tests.analytics.world import World
from tests.conftest import MakeStand
from tests.portfolio.build import User, adopt, card
from tests.portfolio.filing import imported

ROWS = 401


class Line:
    """Portfolio, its relay, NATS, and the worker of analytics."""

    def __init__(self, portfolio: Stand, analytics: Stand, asset: int) -> None:
        self.user = User(portfolio.client())
        self.asset = asset
        self._portfolio = portfolio
        self._analytics = analytics
        self._client = analytics.client()

    def buys(self, portfolio: int, count: int) -> list[dict[str, Any]]:
        """Return purchases of one share for 100 each."""
        row = {"portfolio": portfolio, "asset": self.asset, "transaction_type": "BUY"}
        return [{**row, "date": "2024-01-02", "quantity": "1", "price": "100"}] * count

    def cost(self, portfolio: int) -> str | None:
        """Return what is held cost, as a user of analytics sees it; None before all is known."""
        answer = self._client.get(f"/api/portfolios/{portfolio}/historical_performance/")
        assert answer.status_code == 200, answer.text
        series = answer.get_json()["series"]
        return series[-1]["cost_basis"] if series else None

    def costs(self, portfolio: int, change: Callable[[], object]) -> set[str | None]:
        """Return every cost that is seen until all events of a change are applied, and valued."""
        seen: set[str | None] = set()
        change()

        def is_done() -> bool:
            seen.add(self.cost(portfolio))
            return self._is_quiet()

        wait_until(is_done)
        return seen | {self.cost(portfolio)}

    def values_told(self) -> list[str]:
        """Return every value of a portfolio that analytics has told of."""
        events = self._analytics.events()
        return [event.data["total_value"] for event in events if event.type == "portfolio-valued"]

    def _is_quiet(self) -> bool:
        of_analytics = {"topics": list(topics("analytics", HEARD["analytics"]))}
        with self._portfolio.database.engine.connect() as connection:
            said = text("SELECT count(*) FROM outbox WHERE type = ANY(:topics)")
            count = connection.scalar(said, of_analytics)
        with self._analytics.database.engine.connect() as connection:
            heard = connection.scalar(text("SELECT count(*) FROM inbox"))
            behind = connection.scalar(text("SELECT count(*) FROM portfolios WHERE is_behind"))
            waiting = connection.scalar(text("SELECT count(*) FROM revaluation_marks"))
        return heard == count and not behind and not waiting


@pytest.fixture
def line(make_stand: MakeStand, world: World, nats_url: str) -> Iterator[Line]:
    asset = world.asset("ACME", UP_DOWN_UP)
    portfolio = make_stand("portfolio", portfolio_app.create_app)
    adopt(portfolio, card(asset, "ACME"))
    bus_url = f"{nats_url}?namespace=test-{secrets.token_hex(4)}"
    with listening(portfolio) as url:
        more = {"PORTFOLIO_URL": url, "ASSETS_URL": world.url}
        analytics = make_stand("analytics", analytics_app.create_app, **more)
        with relayed(portfolio, bus_url), working(analytics, bus_url):
            yield Line(portfolio, analytics, asset)
    world.empty()


@contextmanager
def listening(stand: Stand) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, stand.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@contextmanager
def relayed(stand: Stand, bus_url: str) -> Iterator[None]:
    relay = outbox.Relay(stand.database.engine, bus.publisher(bus_url), service=stand.name)
    stop = threading.Event()
    thread = threading.Thread(target=relay.run, args=[stop])
    thread.start()
    yield
    stop.set()
    thread.join(ENOUGH)


@contextmanager
def working(stand: Stand, bus_url: str) -> Iterator[None]:
    environment = {**os.environ, **stand.environment, "EVENT_BUS_URL": bus_url}
    command = [sys.executable, "-m", f"services.{stand.name}.worker"]
    with subprocess.Popen(command, env=environment) as process:
        yield
        process.kill()


def test_a_bulk_is_seen_whole_or_not_at_all(line: Line) -> None:
    portfolio = line.user.portfolio()

    def bulk() -> None:
        line.user.post("/api/transactions/bulk/", {"transactions": line.buys(portfolio, ROWS)})

    one = line.buys(portfolio, 1)[0]
    assert line.costs(portfolio, lambda: line.user.post("/api/transactions/", one))
    assert line.costs(portfolio, bulk) == {"100.00", "40200.00"}
    # 108.90 is the last close; a portfolio that is valued before its first entry is worth nothing.
    assert line.values_told()[-2:] == ["108.90", "43777.80"]


def test_an_import_and_its_end_are_seen_whole_or_not_at_all(line: Line) -> None:
    portfolio = line.user.portfolio()
    line.costs(portfolio, lambda: line.user.post("/api/transactions/", line.buys(portfolio, 1)[0]))
    head = "date,transaction_type,symbol,quantity,price,external_id\n"
    rows = "".join(f"2024-01-02,BUY,ACME,1,100,{number}\n" for number in range(ROWS))
    made: list[int] = []

    def take_in() -> None:
        mapping = f'{{"ACME": {line.asset}}}'
        answer = imported(line.user, portfolio, head + rows, mapping=mapping)
        made.append(answer["import_id"])

    assert line.costs(portfolio, take_in) == {"100.00", "40200.00"}

    def take_back() -> None:
        line.user.delete(f"/api/transactions/imports/{made[0]}/")

    assert line.costs(portfolio, take_back) == {"40200.00", "100.00"}
