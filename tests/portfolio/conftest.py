"""The portfolio service on the test stand, emptied before each test; it knows three stocks."""

import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from services.assets import app as assets_app
from services.portfolio.app import create_app
from shared.testing import Stand
from tests.conftest import MakeStand
from tests.portfolio.build import AAPL, SAP, VOD, User, adopt, card
from tests.portfolio.owning import Assets


@pytest.fixture(scope="session")
def migrated(make_stand: MakeStand) -> Stand:
    return make_stand("portfolio", create_app)


@pytest.fixture
def stand(migrated: Stand) -> Stand:
    migrated.empty()
    adopt(migrated, card(AAPL, "AAPL"))
    adopt(migrated, card(SAP, "SAP", "EUR"))
    adopt(migrated, card(VOD, "VOD.L", "GBP"))
    return migrated


@pytest.fixture
def ann(stand: Stand) -> User:
    return User(stand.client(user=1))


@pytest.fixture
def bob(stand: Stand) -> User:
    return User(stand.client(user=2))


@pytest.fixture(scope="session")
def assets_server(make_stand: MakeStand) -> Iterator[Assets]:
    stand = make_stand("assets", assets_app.create_app)
    server = make_server("127.0.0.1", 0, stand.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Assets(stand, f"http://127.0.0.1:{server.port}")
    server.shutdown()
    thread.join()


@pytest.fixture
def assets(assets_server: Assets) -> Assets:
    assets_server.stand.empty()
    return assets_server


@pytest.fixture(scope="session")
def asking(make_stand: MakeStand, assets_server: Assets) -> Stand:
    return make_stand("portfolio", create_app, ASSETS_URL=assets_server.url)


@pytest.fixture
def knowing_nothing(asking: Stand, assets: Assets) -> Stand:
    """Return a portfolio service that has heard of no asset and can ask their owner."""
    asking.empty()
    return asking
