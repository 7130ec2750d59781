"""Each service has a database that no other role can open: on a real PostgreSQL."""

import secrets
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from deploy.local import databases
from deploy.local.databases import Databases
from deploy.local.errors import RunError
from shared.db import Database

NAMES = ("alpha", "beta")


@pytest.fixture
def place(postgres_url: str) -> Databases:
    """Return databases with names that nobody has yet."""
    return Databases(postgres_url, f"finance_{secrets.token_hex(4)}_")


def passwords(**changed: str) -> dict[str, str]:
    return {"alpha": "alpha's", "beta": "beta's", **changed}


def opens(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=60).close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_role_opens_its_own_database_and_no_other(place: Databases) -> None:
    databases.provision(place, passwords(), NAMES)
    own = place.url("alpha", "alphas")
    assert not opens(own)
    databases.provision(place, passwords(alpha="alphas", beta="betas"), NAMES)
    assert opens(own)
    assert not opens(own.replace(f"/{place.prefix}alpha", f"/{place.prefix}beta"))


def test_the_file_with_a_password_may_lie_anywhere(place: Databases, tmp_path: Path) -> None:
    databases.provision(place, passwords(alpha="alphas"), NAMES)
    file = tmp_path / """a 100% "run" of 'ünder;# \\+""" / "alpha"
    file.parent.mkdir()
    file.write_text("*:*:*:*:alphas\n")
    file.chmod(0o600)
    assert opens(place.url_by_file("alpha", file))
    with Database(place.url_by_file("alpha", file)).sessions() as session:
        assert session.scalar(text("SELECT 7")) == 7


def test_a_role_may_make_tables_in_its_database_and_nothing_else(place: Databases) -> None:
    databases.provision(place, passwords(alpha="alphas"), NAMES)
    with psycopg.connect(place.url("alpha", "alphas"), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (n integer)")
        for statement in ("CREATE ROLE other", "CREATE DATABASE other"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_provisioning_again_keeps_the_data_and_sets_the_password(place: Databases) -> None:
    databases.provision(place, passwords(alpha="old"), NAMES)
    with psycopg.connect(place.url("alpha", "old")) as connection:
        connection.execute("CREATE TABLE t AS SELECT 7 AS n")
    databases.provision(place, passwords(alpha="new"), NAMES)
    assert not opens(place.url("alpha", "old"))
    with psycopg.connect(place.url("alpha", "new")) as connection:
        assert connection.execute("SELECT n FROM t").fetchone() == (7,)


def test_a_service_that_goes_on_takes_its_new_password_for_its_next_connection(
    place: Databases, tmp_path: Path
) -> None:
    databases.provision(place, passwords(alpha="old"), NAMES)
    file = tmp_path / "alpha.database"
    databases.keep_password(file, "old")
    database = Database(place.url_by_file("alpha", file))
    with database.alone() as before:
        databases.replace_passwords(place, {file: ("alpha", "new")})
        assert before.execute("SELECT 1").fetchone() == (1,)
    assert not opens(place.url("alpha", "old"))
    with database.alone() as after:
        assert after.execute("SELECT 1").fetchone() == (1,)
    database.close()


def test_a_password_that_is_just_being_replaced_is_tried_again(
    place: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    databases.provision(place, passwords(alpha="new"), NAMES)
    file = tmp_path / "alpha.database"
    database = Database(place.url_by_file("alpha", file))
    monkeypatch.setattr("shared.db.time.sleep", lambda _: databases.keep_password(file, "new"))
    for connect in (database.alone, database.engine.connect):
        databases.keep_password(file, "old")
        with connect():
            pass
    database.close()


def test_on_our_own_server_the_maintenance_databases_are_closed_too(postgres_url: str) -> None:
    own = Databases(postgres_url)
    databases.provision(own, passwords(alpha="alphas"), ["alpha"])
    url = own.url("alpha", "alphas")
    assert opens(url)
    assert not any(opens(url.replace("/alpha", f"/{name}")) for name in ("postgres", "template1"))


def test_a_role_that_may_not_make_roles_is_one_line(place: Databases) -> None:
    databases.provision(place, passwords(alpha="alphas"), NAMES)
    poor = replace(place, server=place.url("alpha", "alphas"), prefix="more_")
    with pytest.raises(RunError, match=r"^DATABASE 127\.0\.0\.1:\d+: permission denied.*role"):
        databases.provision(poor, passwords(), NAMES)


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_server_that_refuses_is_one_line_without_the_password(
    postgres_url: str, password: str
) -> None:
    address = postgres_url.rpartition("@")[2]
    with pytest.raises(RunError) as caught:
        databases.check(f"postgresql://nobody:{password}@{address}")
    said = str(caught.value)
    assert said.startswith(f"DATABASE {address.partition('/')[0]} can't be opened: ")
    assert "\n" not in said
    assert "wrong" not in said


def test_a_server_that_is_not_there_is_one_line() -> None:
    with pytest.raises(RunError, match=r"127\.0\.0\.1:9 can't be opened: .*Is it running"):
        databases.check("postgresql://u:secret@127.0.0.1:9/postgres")


def test_a_server_that_answers_is_fine(postgres_url: str) -> None:
    databases.check(postgres_url)
