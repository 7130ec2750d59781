"""One request, one transaction: done again where PostgreSQL asks, 503 while it is away."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from deploy.local import ports, postgres
from shared import migrations
from shared.testing import Stand, environment
from shared.testing.stand import set_environment
from tests.shared.http import notes
from tests.shared.http.conftest import titles
from tests.shared.http.notes import Note


@pytest.mark.parametrize("title", ["refused", "broken", "unavailable", "taken", "outside"])
def test_what_raises_leaves_nothing_behind(client: FlaskClient, title: str) -> None:
    assert client.post("/api/notes/", json={"title": title}).status_code >= 400
    assert titles(client) == []


@pytest.mark.parametrize(
    ("title", "status", "code"), [("taken", 409, "conflict"), ("outside", 400, "bad_request")]
)
def test_what_the_database_alone_refuses_is_the_clients_error(
    client: FlaskClient, title: str, status: int, code: str
) -> None:
    answer = client.post("/api/notes/", json={"title": title})
    assert (answer.status_code, answer.json["details"]["code"]) == (status, code)  # type: ignore[index]
    assert not re.search("notes_pkey|numeric|INSERT|SELECT", answer.text)


def test_a_pool_that_is_exhausted_is_503_after_five_seconds(stand: Stand) -> None:
    """The pool has a connection for each of eight threads, and two more."""
    with ExitStack() as held:
        for _ in range(10):
            held.enter_context(stand.database.engine.connect())
        answer = stand.client().get("/api/notes/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert stand.client().get("/api/notes/").status_code == 200


def test_two_requests_that_lock_each_other_out_both_succeed(stand: Stand) -> None:
    """They take two rows in opposite order, so PostgreSQL ends one: 40P01, and it is repeated."""
    first, second = (_made(stand.client(), title) for title in "ab")
    pairs = [{"first": first, "second": second}, {"first": second, "second": first}]
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(lambda pair: stand.client().post("/api/notes/touch/", json=pair), pairs)
        )
    assert [answer.status_code for answer in answers] == [204, 204]
    with stand.database.sessions() as session:
        assert session.scalars(select(Note.revision)).all() == [3, 3]


def test_while_the_database_is_away_it_is_503_and_it_comes_back(tmp_path: Path, keys: Path) -> None:
    port, password = ports.free(), "x"
    url = postgres.superuser_url(port, password)
    with set_environment(environment(notes.NAME, database_url=url, keys=keys)):
        app = notes.create_app()
    client = app.test_client()
    assert client.get("/health/live/").status_code == 200
    for _ in range(2):
        server = postgres.start(tmp_path, port, password=password, options={"fsync": "off"})
        migrations.stamp(notes.NAME, url)
        assert client.get("/health/ready/").status_code == 200
        server.stop()
        answer = client.get("/health/ready/")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.json["details"]["code"] == "unavailable"  # type: ignore[index]
        assert str(port) not in answer.text
    app.database.close()


def _made(client: FlaskClient, title: str) -> int:
    return int(client.post("/api/notes/", json={"title": title}).json["id"])  # type: ignore[index]
