"""Answers that nobody reads, on a real server: few threads or none, no session, not for ever."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPResponse, IncompleteRead

import psutil
import pytest
from sqlalchemy import insert, text

from deploy.local import ports
from shared.testing import Stand, wait_until
from tests.shared.http.notes import Note

ROWS = 30_000
JSON = "application/json"
USERS = (1, 1, 1, 2, 2, 3, 3, 4)


@pytest.fixture
def port(stand: Stand) -> Iterator[int]:
    """Return the port of notes that gunicorn runs by our settings."""
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


@pytest.fixture
def lists(stand: Stand) -> None:
    """Give each user a long list."""
    rows = [{"owner": number % 5, "title": "x" * 90} for number in range(5 * ROWS)]
    stand.database.unit(lambda session: session.execute(insert(Note), rows))


def identity(stand: Stand, user: int) -> str:
    return str(stand.client(user).environ_base["HTTP_X_IDENTITY"])


def unread(port: int, stand: Stand, user: int, accept: str = "text/csv") -> socket.socket:
    """Ask for the list of a user, and read nothing of it."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    # As from afar: of the large packets of a loopback the kernel would hold megabytes.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    connection.connect(("127.0.0.1", port))
    ask(connection, stand, user, accept)
    return connection


def ask(connection: socket.socket, stand: Stand, user: int, accept: str, *headers: str) -> None:
    lines = ("GET /api/notes/ HTTP/1.1", "Host: h", f"Accept: {accept}", *headers)
    request = "\r\n".join([*lines, f"X-Identity: {identity(stand, user)}", "", ""])
    connection.sendall(request.encode())


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


def established(port: int) -> int:
    """Return how many connections the server has."""
    connections = psutil.net_connections("tcp")
    at_server = [connection for connection in connections if connection.laddr[1:] == (port,)]
    return sum(connection.status == "ESTABLISHED" for connection in at_server)


def sessions(stand: Stand) -> int:
    """Return how many sessions of the database are in a transaction."""
    with stand.database.engine.connect() as connection:
        others = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return int(connection.scalar(others) or 0)


@pytest.mark.usefixtures("lists")
def test_eight_unread_lists_stop_nobody_and_are_given_up(stand: Stand, port: int) -> None:
    with ExitStack() as stack:
        statuses = [status(stack.enter_context(unread(port, stand, user))) for user in USERS]
        assert statuses == [200, 200, 429, 200, 503, 503, 503, 503]
        assert [page(port, stand)[0] for _ in range(5)] == [200] * 5
        wait_until(lambda: sessions(stand) == 0)
        assert page(port, stand, Accept="text/csv")[0] == 503
        wait_until(lambda: page(port, stand, Accept="text/csv") == (200, ROWS + 1))


@pytest.fixture
def titles(stand: Stand) -> list[str]:
    """Give user 5 a page of 2 MB; return the titles on it."""
    titles = [f"{number} {'y' * 100_000}" for number in range(20)]
    rows = [{"owner": 5, "title": title} for title in titles]
    stand.database.unit(lambda session: session.execute(insert(Note), rows))
    return titles


def read(connection: socket.socket) -> list[str] | None:
    """Return the titles of a page; None where the answer breaks off."""
    connection.settimeout(30)
    answer = HTTPResponse(connection)
    try:
        answer.begin()
        return titles_in(answer.read())
    except (OSError, IncompleteRead):
        return None


def titles_in(body: bytes) -> list[str]:
    return [note["title"] for note in json.loads(body)["results"]]


def test_forty_unread_pages_stop_nobody_and_some_are_given_up(
    stand: Stand, port: int, titles: list[str]
) -> None:
    with ExitStack() as stack:
        pages = [stack.enter_context(unread(port, stand, 5, JSON)) for _ in range(40)]
        assert [page(port, stand)[0] for _ in range(5)] == [200] * 5
        assert [status(connection) for connection in pages] == [200] * 40
        # 96 MiB are enough for 16, with 4 MiB that the kernel may have of each.
        wait_until(lambda: established(port) == 16)
        seen = [read(connection) for connection in pages]
    assert (seen.count(titles), seen.count(None)) == (16, 24)


def test_an_answer_waits_for_its_reader_and_the_connection_goes_on(
    stand: Stand, port: int, titles: list[str]
) -> None:
    with unread(port, stand, 5, JSON) as connection:
        assert status(connection) == 200
        # Has come before the answer is sent, so that it will wake nobody.
        ask(connection, stand, 5, JSON, "Connection: close")
        assert page(port, stand)[0] == 200
        with connection.makefile("rb") as both:
            _, *answers = both.read().split(b"HTTP/1.1 200 OK\r\n")
    assert [titles_in(answer.partition(b"\r\n\r\n")[2]) for answer in answers] == [titles] * 2


def test_a_page_that_nobody_reads_is_given_up(stand: Stand, port: int, titles: list[str]) -> None:
    with unread(port, stand, 5, JSON) as connection:
        assert status(connection) == 200
        wait_until(lambda: not established(port))
        assert read(connection) is None
