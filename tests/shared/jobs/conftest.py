"""The small service on a stand of its own, and real processes that do its jobs."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.jobs import Runner
from shared.testing import Stand
from tests.shared.jobs import service
from tests.shared.jobs.service import LANE

Process = Callable[..., Any]


@pytest.fixture(scope="module")
def running_stand(postgres_url: str, keys: Path) -> Iterator[Stand]:
    stand = Stand(
        service.NAME,
        service.create_app,
        server_url=postgres_url,
        keys=keys,
        tables=service.Base.metadata,
    )
    yield stand
    stand.close()


@pytest.fixture
def stand(running_stand: Stand) -> Stand:
    running_stand.empty()
    return running_stand


@pytest.fixture
def client(stand: Stand) -> FlaskClient:
    """Return the client of user 1."""
    return stand.client()


def leave(client: FlaskClient, *words: str, **headers: str) -> TestResponse:
    """Ask for words to be left."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"words": [{"word": word} for word in words]}
    return client.post("/api/effects/", json=body, headers=named)


def later(client: FlaskClient, *words: str) -> str:
    """Ask for words to be left by a job; return its id."""
    answer = leave(client, *words, Prefer="respond-async")
    assert answer.status_code == 202, answer.text
    return str(answer.get_json()["job"]["id"])


def job(client: FlaskClient, job_id: str) -> dict[str, Any]:
    """Return a job."""
    answer = client.get(f"/api/jobs/{job_id}/")
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def work(stand: Stand) -> None:
    """Do what is due, in this process."""
    Runner(stand.app, LANE).run_once()


def left(stand: Stand) -> list[str]:
    """Return the words that are there, in order."""
    with stand.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT word FROM effects ORDER BY id")
        return list(rows.scalars())


def execute(stand: Stand, statement: str) -> None:
    """Change the database by hand."""
    with stand.database.engine.begin() as connection:
        connection.exec_driver_sql(statement)


@contextmanager
def runner(stand: Stand, **more: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a process that does the jobs, for the length of a `with`."""
    command = [sys.executable, "-m", "shared.jobs.process", "tests.shared.jobs.service:create_app"]
    environment = {**os.environ, **stand.environment, **more}
    with subprocess.Popen([*command, LANE], stdin=subprocess.PIPE, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()
