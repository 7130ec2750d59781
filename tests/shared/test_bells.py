"""Bells: what is committed wakes who waits for it, in whatever process, and nothing else does."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db import Database, ring
from shared.testing import wait_until
from shared.testing.bells import is_rung, listening, wait_until_heard
from shared.testing.stand import create_database
from tests.shared.bus.database import terminate_backends


@pytest.fixture(scope="module")
def url(postgres_url: str) -> str:
    return create_database(postgres_url, "bells")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


def test_what_is_committed_rings_and_nothing_else(url: str, database: Database) -> None:
    def give_up(session: Session) -> None:
        ring(session, "door")
        raise ValueError

    with listening(url, "door", "gate") as (door, gate):
        with pytest.raises(ValueError):
            database.unit(give_up)
        database.unit(lambda session: ring(session, "gate"))
        wait_until(lambda: is_rung(gate))
        assert not is_rung(door)


def test_a_savepoint_rings_when_all_of_its_transaction_is_committed(
    url: str, database: Database
) -> None:
    with listening(url, "door", "gate") as (door, gate):
        with database.sessions.begin() as session:
            with session.begin_nested():
                ring(session, "door")
            database.bells.ring("gate")
            wait_until(lambda: is_rung(gate))
            assert not is_rung(door)
        wait_until(lambda: is_rung(door))


def test_who_lost_the_database_looks_at_once_and_hears_again(url: str, database: Database) -> None:
    with listening(url, "door") as [door]:
        terminate_backends(database)
        # Somebody may have rung meanwhile.
        wait_until(lambda: is_rung(door))
        wait_until_heard(door)
        database.unit(lambda session: ring(session, "door"))
        wait_until(lambda: is_rung(door))


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
