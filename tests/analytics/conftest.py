"""Analytics on its own database, owners who answer, and events that arrive when a test says."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.analytics import handlers
from services.analytics.answers.memory.market import Market
from services.analytics.answers.memory.portfolios import Portfolios
from services.analytics.app import create_app
from services.analytics.outside.owners import Owners, PortfolioSnapshot
from services.analytics.parts.appraiser import Appraiser
from services.analytics.parts.catch_up import CatchUp
from services.analytics.replicas import Replicas
from shared.events import Event
from shared.identity import Signer
from shared.testing import Stand
from tests.analytics.world import World
from tests.conftest import MakeStand

PROJECTIONS = ("portfolios", "ledger_entries", "assets", "price_years", "splits")


class Desk:
    """Analytics and the world it hears of."""

    def __init__(self, stand: Stand, world: World, owners: Owners) -> None:
        self.stand = stand
        self.world = world
        self.owners = owners
        replicas = Replicas(stand.database, owners)
        self.handlers = handlers.table(replicas)
        portfolios = Portfolios(
            replicas.portfolios, Market(stand.database, replicas.assets, owners, {"SPY": "SP500"})
        )
        self._appraiser = Appraiser(stand.database, portfolios)

    def hear(self, events: Sequence[Event] | None = None) -> None:
        """Apply events, by default all that were said and not heard yet, and catch up."""
        for event in self.world.take() if events is None else events:
            self.stand.hear(event, self.handlers)
        self.catch_up()

    def catch_up(self) -> None:
        """Ask for the ledgers that are behind until none is."""
        while self.ask_for_ledgers(self.owners.portfolio):
            pass

    def ask_for_ledgers(self, ask: Callable[[int], PortfolioSnapshot]) -> int:
        """Ask once for each that is behind; return how many that were."""
        return CatchUp(self.stand.database, ask).work(threading.Event())

    def appraise(self) -> None:
        """Let the appraiser do all that waits."""
        while self._appraiser.work(threading.Event()):
            pass

    def portfolio_metrics(self, portfolio: int, **query: Any) -> dict[str, Any]:
        return self.get(f"/api/portfolios/{portfolio}/performance_metrics/", **query)

    def asset_metrics(self, asset: int, **query: Any) -> dict[str, Any]:
        return self.get(f"/api/assets/{asset}/performance_metrics/", **query)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Return what user 1 is answered, which is no error."""
        answer = self.stand.client().get(path, query_string=query)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.get_json()
        return body

    def stored(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every projection."""
        with self.stand.database.engine.connect() as connection:
            return {
                name: [
                    tuple(row)
                    for row in connection.execute(text(f"SELECT * FROM {name} ORDER BY 1, 2"))
                ]
                for name in PROJECTIONS
            }


@pytest.fixture(scope="session")
def world(keys: Path) -> Iterator[World]:
    world = World(keys)
    yield world
    world.close()


@pytest.fixture(scope="session")
def analytics_stand(make_stand: MakeStand, world: World) -> Stand:
    return make_stand("analytics", create_app, PORTFOLIO_URL=world.url, ASSETS_URL=world.url)


@pytest.fixture
def desk(analytics_stand: Stand, world: World, keys: Path) -> Iterator[Desk]:
    signer = Signer("analytics", keys / "analytics.pem")
    urls = {"portfolio": world.url, "assets": world.url}
    yield Desk(analytics_stand, world, Owners(urls, signer))
    analytics_stand.empty()
    world.empty()
