"""Assets on the test stand, emptied before each test."""

import pytest

from services.assets.app import create_app
from shared.testing import Stand
from tests.assets.build import Assets
from tests.assets.telling import Told
from tests.conftest import MakeStand


@pytest.fixture(scope="session")
def migrated(make_stand: MakeStand) -> Stand:
    return make_stand("assets", create_app)


@pytest.fixture
def stand(migrated: Stand) -> Stand:
    migrated.empty()
    return migrated


@pytest.fixture
def admin(stand: Stand) -> Assets:
    """Return an administrator, who makes public assets."""
    return Assets(stand.client(user=9, staff=True))


@pytest.fixture
def ann(stand: Stand) -> Assets:
    """Return a user who is no administrator."""
    return Assets(stand.client(user=1))


@pytest.fixture
def bob(stand: Stand) -> Assets:
    """Return another user."""
    return Assets(stand.client(user=2))


@pytest.fixture
def heard(stand: Stand) -> Told:
    """Return what tells the stand of other services; nobody can be asked."""
    return Told(stand)
