"""Auth on a stand of its own, emptied before each test; people who have signed up; the gateway."""

from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.auth import commands, settings
from services.auth.app import create_app
from services.auth.domain import delays
from services.auth.quotas import Quotas
from shared.testing import Stand
from shared.testing.stand import set_environment
from tests.conftest import MakeStand

PASSWORD = "correct horse"


@dataclass(frozen=True)
class Gateway:
    """Asks auth about a request and passes it on, as the real one does."""

    stand: Stand

    def authorize(
        self, key: str | None, method: str = "GET", class_: str = "standard"
    ) -> TestResponse:
        """Return auth's answer about a request with this token."""
        headers = {"X-Forwarded-Method": method}
        if key is not None:
            headers["Authorization"] = f"Token {key}"
        return self.stand.app.test_client().get(
            f"/internal/authorize?class={class_}", headers=headers
        )

    def client(self, key: str) -> FlaskClient:
        """Return a client whose requests were let through with this token."""
        client = self.stand.app.test_client()
        told = self.authorize(key).headers
        client.environ_base["HTTP_X_IDENTITY"] = told["X-Identity"]
        if "X-Quota" in told:  # with lifted limits there is none
            client.environ_base["HTTP_X_QUOTA"] = told["X-Quota"]
        return client


@pytest.fixture(scope="session")
def auth_stand(make_stand: MakeStand) -> Stand:
    return make_stand("auth", create_app)


@pytest.fixture
def stand(auth_stand: Stand, monkeypatch: pytest.MonkeyPatch) -> Stand:
    monkeypatch.setattr(delays, "FIRST", 60)  # seconds: a slow machine is still within it
    auth_stand.empty()
    with set_environment(auth_stand.environment):
        auth_stand.app.extensions["quotas"] = Quotas(settings.load())  # nothing counted yet
    return auth_stand


@pytest.fixture
def gateway(stand: Stand) -> Gateway:
    return Gateway(stand)


def sign_up(stand: Stand, username: str = "anna", *, is_staff: bool = False) -> int:
    """Make a user with our password and return the id."""
    user = stand.database.unit(
        lambda session: commands.create_user(
            session, username=username, password=PASSWORD, is_staff=is_staff
        )
    )
    return user.id


def try_login(
    stand: Stand, username: str = "anna", password: str = PASSWORD, address: str = "192.0.2.1"
) -> TestResponse:
    """Send a login from an address and return the answer."""
    return stand.client(None).post(
        "/api/auth-token/",
        json={"username": username, "password": password},
        headers={"X-Forwarded-For": address},
    )


def log_in(stand: Stand, username: str = "anna", password: str = PASSWORD) -> str:
    """Return the key of a new token."""
    answer = try_login(stand, username, password)
    assert answer.status_code == 200, answer.text
    return str(answer.get_json()["token"])


def make_token(client: FlaskClient, name: str = "phone", **more: object) -> str:
    """Make a token and return its key."""
    body = {"name": name, "scopes": ["read", "write"], **more}
    answer = client.post("/api/tokens/", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["key"])
