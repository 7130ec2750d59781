"""The portfolio service on the test stand, emptied before each test; it knows three stocks."""

from collections.abc import Iterator

import pytest

from services.assets import app as assets_app
from services.portfolio.app import create_app
from shared.testing import Stand
from tests.conftest import MakeStand
from tests.portfolio.build import AAPL, SAP, VOD, User, adopt, card
from tests.portfolio.owning import Assets, listening


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
    with listening(stand) as url:
        yield Assets(stand, url)


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
