"""Hashing takes a few threads of a real web process, and never those of the gateway's questions."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from sqlalchemy import text

from deploy.local import ports
from services.auth.domain import passwords
from shared.identity import Identity, Signer, UserId
from shared.testing import Stand, wait_until
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


def test_a_hundred_password_changes_at_once_keep_nobody_from_the_door(
    stand: Stand, url: str
) -> None:
    first = sign_up(stand)
    key = log_in(stand)
    with stand.database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO users (username, password_hash)"
                " SELECT 'user' || n, :hash FROM generate_series(1, :users) n"
            ),
            {"hash": passwords.hashed(PASSWORD), "users": USERS},
        )

    def change(user: int) -> requests.Response:
        body = {"current_password": PASSWORD, "new_password": "battery staple"}
        return requests.post(
            f"{url}/api/users/me/password/", json=body, headers=identity(stand, user), timeout=30
        )

    def pass_the_door() -> None:
        for path, headers in (
            ("/internal/authorize", {"Authorization": f"Token {key}"}),
            ("/health/live/", {}),
            ("/api/users/me/", identity(stand, first)),
        ):
            assert requests.get(url + path, headers=headers, timeout=30).status_code == 200

    with ThreadPoolExecutor(USERS) as threads:
        changes = [threads.submit(change, first + 1 + n) for n in range(USERS)]
        passed = 0
        while True:
            pass_the_door()
            if all(change.done() for change in changes):
                break
            passed += 1
    answers = [change.result() for change in changes]
    assert passed >= 3
    assert {answer.status_code for answer in answers} == {204, 503}
    refused = [n for n, answer in enumerate(answers) if answer.status_code == 503]
    assert {answers[n].headers["Retry-After"] for n in refused} == {"1"}
    assert change(first + 1 + refused[0]).status_code == 204


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
