"""The portfolio service on the test stand, emptied before each test; it knows three stocks."""

import pytest

from services.portfolio.app import create_app
from shared.testing import Stand
from tests.conftest import MakeStand
from tests.portfolio.build import AAPL, SAP, VOD, User, adopt, card


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
