"""`python -m services.auth create-user`, as an operator runs it."""

import os
import subprocess
import sys

import pytest

from shared.testing import Stand
from tests.auth.conftest import PASSWORD, log_in, sign_up, try_login


def create_user(stand: Stand, *arguments: str, password: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.auth", "create-user", *arguments],
        env={**os.environ, **stand.environment},
        input=f"{password}\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_first_administrator_is_made_on_the_command_line(stand: Stand) -> None:
    done = create_user(stand, "root", "--admin", "--email", "r@example.com", password=PASSWORD)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "User root has the id 1.\n"
    log_in(stand, "root")
    profile = stand.client(1).get("/api/users/me/").get_json()
    assert (profile["is_staff"], profile["email"]) == (True, "r@example.com")
    assert [event.type for event in stand.events()] == ["user-created"]


@pytest.mark.parametrize(
    ("username", "password", "complaint"),
    [
        ("new", "short", "Use 10 to 256 characters.\n"),
        ("anna", PASSWORD, "This username is taken.\n"),
        ("no spaces", PASSWORD, "Use 1 to 150 letters, digits and _ . @ + - only.\n"),
    ],
)
def test_a_user_that_cannot_be_is_refused_in_one_line(
    stand: Stand, username: str, password: str, complaint: str
) -> None:
    sign_up(stand)
    done = create_user(stand, username, password=password)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", complaint)
    assert try_login(stand).status_code == 200
    assert len(stand.events()) == 1
