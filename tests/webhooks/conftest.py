"""Webhooks on the test stand, emptied before each test, with receivers and owners beside it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from services.webhooks.app import create_app
from services.webhooks.outside.network import Network
from services.webhooks.outside.owners import Owners
from services.webhooks.outside.sealing import Seal
from shared.identity import Signer
from shared.testing import Stand
from tests.conftest import MakeStand
from tests.webhooks.calling import User
from tests.webhooks.owning import OwnersServer
from tests.webhooks.receiving import MakeReceiver, Receiver
from tests.webhooks.telling import Said


@pytest.fixture(scope="session")
def secret_key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("webhooks") / "webhooks.secret"
    file.write_bytes(Fernet.generate_key())
    return file


@pytest.fixture(scope="session")
def owners_server() -> Iterator[OwnersServer]:
    server = OwnersServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def migrated(make_stand: MakeStand, secret_key_file: Path, owners_server: OwnersServer) -> Stand:
    return make_stand(
        "webhooks",
        create_app,
        WEBHOOKS_SECRET_KEY_FILE=str(secret_key_file),
        WEBHOOKS_ALLOW_PRIVATE="1",
        ASSETS_URL=owners_server.url,
        PORTFOLIO_URL=owners_server.url,
        ANALYTICS_URL=owners_server.url,
    )


@pytest.fixture
def stand(migrated: Stand) -> Stand:
    migrated.empty()
    return migrated


@pytest.fixture
def owners(owners_server: OwnersServer) -> OwnersServer:
    owners_server.empty()
    return owners_server


@pytest.fixture
def apple(owners: OwnersServer) -> OwnersServer:
    """Have the public asset 5 with closes of 90, 95 and 100."""
    owners.asset(5, {"2024-01-16": "90", "2024-01-17": "95", "2024-01-18": "100"}, sequence=3)
    return owners


@pytest.fixture
def said(stand: Stand, owners: OwnersServer) -> Said:
    signer = Signer("webhooks", stand.keys / "webhooks.pem")
    return Said(stand, Owners(stand.app.settings.urls, signer))


@pytest.fixture
def seal(secret_key_file: Path) -> Seal:
    return Seal(secret_key_file)


@pytest.fixture
def network() -> Network:
    """Return the way to receivers on this machine."""
    return Network(allow_private=True)


@pytest.fixture
def ann(stand: Stand) -> User:
    return User(stand.client(user=1))


@pytest.fixture
def bob(stand: Stand) -> User:
    return User(stand.client(user=2))


@pytest.fixture
def make_receiver() -> Iterator[MakeReceiver]:
    receivers: list[Receiver] = []

    def make(*arguments: Any) -> Receiver:
        receivers.append(Receiver(*arguments))
        return receivers[-1]

    yield make
    for receiver in receivers:
        receiver.close()


@pytest.fixture
def receiver(make_receiver: MakeReceiver) -> Receiver:
    return make_receiver()
