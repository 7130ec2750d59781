"""Hashing takes a few threads of a real web process, and never those of the gateway's questions."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

import pytest
import requests
from sqlalchemy import text

from deploy.local import ports
from services.auth.domain import passwords
from shared.identity import Identity, Signer, UserId
from shared.testing import ENOUGH, Stand, wait_until
from tests.attacks.siege import Siege
from tests.auth.conftest import PASSWORD, log_in, sign_up

USERS = 100


@pytest.fixture
def url(stand: Stand) -> Iterator[str]:
    """Return the URL of auth as gunicorn runs it, with eight threads."""
    port = ports.free()
    settings = ("-c", "shared/http/gunicorn_settings.py", "-b", f"127.0.0.1:{port}")
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *settings, "services.auth.app:create_app()"],
        env={**os.environ, **stand.environment, "THREADS": "8", "LOG_LEVEL": "ERROR"},
    ) as process:
        wait_until(lambda: process.poll() is not None or not ports.is_free(port))
        assert process.poll() is None
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def identity(stand: Stand, user: int) -> dict[str, str]:
    """Return the header of a request that the gateway let through."""
    signer = Signer("auth", stand.keys / "auth.pem")
    return {
        "X-Identity": signer.identity(
            Identity(UserId(user), frozenset({"read", "write"}), False, "USD")
        )
    }


@pytest.fixture
def users(stand: Stand) -> range:
    """Return the ids of a hundred users with the same password."""
    first = sign_up(stand)
    with stand.database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO users (username, password_hash)"
                " SELECT 'user' || n, :hash FROM generate_series(1, :users) n"
            ),
            {"hash": passwords.hashed(PASSWORD), "users": USERS},
        )
    return range(first + 1, first + 1 + USERS)


@pytest.fixture
def pass_the_door(stand: Stand, url: str, users: range) -> Callable[[], None]:
    """Return what asks for all that others ask of auth all the time."""
    asked = [
        ("/internal/authorize", {"Authorization": f"Token {log_in(stand)}"}),
        ("/health/live/", {}),
        ("/api/users/me/", identity(stand, users[0])),
    ]

    def ask() -> None:
        for path, headers in asked:
            assert requests.get(url + path, headers=headers, timeout=ENOUGH).status_code == 200

    return ask


def change(stand: Stand, url: str, user: int) -> requests.Response:
    """Change a password into the same one."""
    body = {"current_password": PASSWORD, "new_password": PASSWORD}
    headers = identity(stand, user)
    path = f"{url}/api/users/me/password/"
    return requests.post(path, json=body, headers=headers, timeout=ENOUGH)


def test_of_a_hundred_password_changes_at_once_some_are_told_to_come_again(
    stand: Stand, url: str, users: range, pass_the_door: Callable[[], None]
) -> None:
    with ThreadPoolExecutor(USERS) as threads:
        changes = [threads.submit(change, stand, url, user) for user in users]
        pass_the_door()
    answers = [change.result() for change in changes]
    assert {answer.status_code for answer in answers} == {204, 503}
    refused = {user: each for user, each in zip(users, answers, strict=True) if not each.ok}
    assert {answer.headers["Retry-After"] for answer in refused.values()} == {"1"}
    assert change(stand, url, next(iter(refused))).status_code == 204


def test_whoever_is_at_the_door_passes_those_who_change_passwords(
    stand: Stand, url: str, users: range, pass_the_door: Callable[[], None]
) -> None:
    everybody = cycle(users)
    with Siege(lambda: change(stand, url, next(everybody)), at_once=24).going_on() as siege:
        siege.wait_until_passed_by(pass_the_door)
    assert siege.answers.keys() == {204, 503}


def test_an_address_that_logs_in_all_the_time_has_its_share(stand: Stand, url: str) -> None:
    sign_up(stand)

    def fail(name: str, address: str) -> requests.Response:
        credentials = {"username": name, "password": PASSWORD}
        headers = {"X-Forwarded-For": address}
        return requests.post(
            f"{url}/api/auth-token/", json=credentials, headers=headers, timeout=30
        )

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda n: fail(f"nobody{n}", "192.0.2.1"), range(20)))
    messages = {answer.json()["details"]["message"] for answer in answers}
    assert "You have too many such requests at once; try again." in messages
    assert {answer.status_code for answer in answers} == {400, 429}
    assert fail("nobody", "192.0.2.2").status_code == 400
