"""CSV answers that nobody reads, on a real server: few threads, no session, not for ever."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection

import pytest
from sqlalchemy import insert, text

from deploy.local import ports
from shared.testing import Stand, wait_until
from tests.shared.http.notes import Note

ROWS = 30_000
USERS = (1, 1, 1, 2, 2, 3, 3, 4)


@pytest.fixture
def port(stand: Stand) -> Iterator[int]:
    """Return the port of notes that gunicorn runs by our settings, with a long list for each."""
    rows = [{"owner": number % 5, "title": "x" * 90} for number in range(5 * ROWS)]
    stand.database.unit(lambda session: session.execute(insert(Note), rows))
    chosen = ports.free()
    settings = ("-c", "shared/http/gunicorn_settings.py", "-b", f"127.0.0.1:{chosen}")
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *settings, "tests.shared.http.notes:create_app()"],
        env={**os.environ, **stand.environment, "LOG_LEVEL": "CRITICAL"},
        stderr=subprocess.DEVNULL,
    ) as process:
        wait_until(lambda: process.poll() is not None or not ports.is_free(chosen))
        assert process.poll() is None
        yield chosen
        process.terminate()


def identity(stand: Stand, user: int) -> str:
    return str(stand.client(user).environ_base["HTTP_X_IDENTITY"])


def unread(port: int, stand: Stand, user: int) -> socket.socket:
    """Ask for the list of a user as CSV, and read nothing of it."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.connect(("127.0.0.1", port))
    lines = ("GET /api/notes/ HTTP/1.1", "Host: h", "Accept: text/csv")
    request = "\r\n".join([*lines, f"X-Identity: {identity(stand, user)}", "", ""])
    connection.sendall(request.encode())
    return connection


def status(connection: socket.socket) -> int:
    connection.settimeout(30)
    return int(connection.recv(12, socket.MSG_PEEK).split()[1])


def page(port: int, stand: Stand, **headers: str) -> tuple[int, int]:
    """Return the status of a list of user 4, and how many lines it has."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(
        "GET", "/api/notes/?page_size=1", headers={"X-Identity": identity(stand, 4), **headers}
    )
    answer = connection.getresponse()
    return answer.status, answer.read().count(b"\n")


def sessions(stand: Stand) -> int:
    """Return how many sessions of the database are in a transaction."""
    with stand.database.engine.connect() as connection:
        others = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return int(connection.scalar(others) or 0)


def test_eight_unread_lists_stop_nobody_and_are_given_up(stand: Stand, port: int) -> None:
    with ExitStack() as stack:
        statuses = [status(stack.enter_context(unread(port, stand, user))) for user in USERS]
        assert statuses == [200, 200, 429, 200, 503, 503, 503, 503]
        assert [page(port, stand)[0] for _ in range(5)] == [200] * 5
        wait_until(lambda: sessions(stand) == 0)
        assert page(port, stand, Accept="text/csv")[0] == 503
        wait_until(lambda: page(port, stand, Accept="text/csv") == (200, ROWS + 1))
