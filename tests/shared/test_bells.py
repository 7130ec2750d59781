"""Bells: what is committed wakes who waits for it, in whatever process, and nothing else does."""

import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.bells import Bell
from shared.db import Database, ring
from shared.testing import wait_until
from shared.testing.stand import create_database
from tests.shared.bus.database import terminate_backends

PACE = 0.01


@pytest.fixture(scope="module")
def url(postgres_url: str) -> str:
    return create_database(postgres_url, "bells")


@pytest.fixture
def committing(url: str) -> Iterator[Database]:
    """Return the database as a web process has it."""
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def waiting(url: str) -> Iterator[Database]:
    """Return the database as a worker has it that waits for the bells `door` and `gate`."""
    database, stop = Database(url), threading.Event()
    bells = [database.bells[name] for name in ("door", "gate")]
    listening = threading.Thread(target=database.bells.listen, args=[stop], daemon=True)
    listening.start()
    for bell in bells:
        wait_until_heard(bell)
    yield database
    stop.set()
    database.close()


def wait_until_heard(bell: Bell) -> None:
    wait_until(lambda: bell.is_heard and not bell.wait(PACE))


def test_what_is_committed_rings_and_nothing_else(committing: Database, waiting: Database) -> None:
    def give_up(session: Session) -> None:
        ring(session, "door")
        raise ValueError

    with pytest.raises(ValueError):
        committing.unit(give_up)
    committing.unit(lambda session: ring(session, "gate"))
    assert wait_until(lambda: waiting.bells["gate"].wait(PACE))
    assert not waiting.bells["door"].wait(PACE)


def test_a_savepoint_rings_when_all_of_its_transaction_is_committed(
    committing: Database, waiting: Database
) -> None:
    with committing.sessions.begin() as session:
        with session.begin_nested():
            ring(session, "door")
        committing.bells.ring("gate")
        assert wait_until(lambda: waiting.bells["gate"].wait(PACE))
        assert not waiting.bells["door"].wait(PACE)
    assert wait_until(lambda: waiting.bells["door"].wait(PACE))


def test_who_lost_the_database_looks_at_once_and_hears_again(
    committing: Database, waiting: Database
) -> None:
    door = waiting.bells["door"]
    terminate_backends(committing)
    # Somebody may have rung meanwhile.
    assert wait_until(lambda: door.wait(PACE))
    wait_until_heard(door)
    committing.unit(lambda session: ring(session, "door"))
    assert wait_until(lambda: door.wait(PACE))


def test_a_commit_stands_where_its_ring_finds_no_database(postgres_url: str) -> None:
    url = create_database(postgres_url, "shut")
    database = Database(url)
    with database.sessions.begin() as session:
        session.execute(text("CREATE TABLE kept (n integer)"))
        ring(session, "door")
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            name = sql.Identifier(urlsplit(url).path.lstrip("/"))
            connection.execute(
                sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(name)
            )
    assert database.unit(lambda session: session.scalar(text("SELECT count(*) FROM kept"))) == 0
    database.close()
