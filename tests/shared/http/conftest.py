"""The small service on a stand of its own, emptied before each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from shared.testing import Stand
from tests.shared.http import notes


@pytest.fixture(scope="module")
def running_stand(postgres_url: str, keys: Path) -> Iterator[Stand]:
    stand = Stand(
        notes.NAME,
        notes.create_app,
        server_url=postgres_url,
        keys=keys,
        tables=notes.Base.metadata,
    )
    yield stand
    stand.close()


@pytest.fixture
def stand(running_stand: Stand, monkeypatch: pytest.MonkeyPatch) -> Stand:
    running_stand.empty()
    monkeypatch.setattr(notes, "meeting", notes.Meeting())
    return running_stand


@pytest.fixture
def client(stand: Stand) -> FlaskClient:
    """Return the client of user 1."""
    return stand.client()


def titles(client: FlaskClient) -> list[str]:
    """Return the titles of the client's notes, in the order in which they were written."""
    return [note["title"] for note in client.get("/api/notes/").json["results"]]  # type: ignore[index]
