"""The migrations of every service make what its models say, and can be taken back."""

import shutil
import threading
import time
from importlib import import_module
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy import MetaData

from shared import migrations
from shared.db import Database
from shared.settings import SERVICES
from shared.testing import ENOUGH
from shared.testing.stand import create_database

# What PostgreSQL itself says of the schema `public`, apart from Alembic's own table.
_COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
      AND a.attnum > 0 AND NOT a.attisdropped AND c.relname <> 'alembic_version'
"""
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 'alembic_version'::regclass
"""
_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""
_ROUTINES = """
    SELECT proname, prokind, prosrc, pg_get_function_arguments(oid), pg_get_function_result(oid)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""

# A service that came later has made its outbox with them.
_OUTBOX_SUBJECTS = sorted(Path("services").glob("*/migrations/versions/*_outbox_subjects.py"))


def schema_of(url: str) -> dict[str, set[tuple[object, ...]]]:
    """Return all columns, constraints, indexes and routines of the database at `url`."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS alembic_version ()")
        return {
            "columns": set(connection.execute(_COLUMNS)),
            "constraints": set(connection.execute(_CONSTRAINTS)),
            "indexes": set(connection.execute(_INDEXES)),
            "routines": set(connection.execute(_ROUTINES)),
        }


def metadata(service: str) -> MetaData:
    found: MetaData = import_module(f"services.{service}.models").Base.metadata
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_the_migrations_make_exactly_what_the_models_say(postgres_url: str, service: str) -> None:
    migrated = create_database(postgres_url, service)
    migrations.upgrade(service, migrated)
    modelled = create_database(postgres_url, service)
    database = Database(modelled)
    metadata(service).create_all(database.engine)
    database.close()
    found, expected = schema_of(migrated), schema_of(modelled)
    for kind in ("columns", "constraints", "indexes"):  # models know no routines
        assert found[kind] - expected[kind] == set(), f"{kind} that only the migrations make"
        assert expected[kind] - found[kind] == set(), f"{kind} that only the models say"


@pytest.mark.parametrize("service", SERVICES)
def test_the_migrations_can_be_taken_back_and_made_again(postgres_url: str, service: str) -> None:
    url = create_database(postgres_url, service)
    migrations.upgrade(service, url)
    made = schema_of(url)
    command.downgrade(migrations.config(service, url), "base")
    assert schema_of(url) == {kind: set() for kind in made}
    migrations.upgrade(service, url)
    assert schema_of(url) == made


@pytest.mark.parametrize("file", _OUTBOX_SUBJECTS, ids=lambda file: file.parents[2].name)
def test_events_that_wait_while_the_outbox_gets_subjects_keep_their_turns(
    postgres_url: str, file: Path
) -> None:
    service, revision = file.parents[2].name, file.name.partition("_")[0]
    url = create_database(postgres_url, service)
    migrations.upgrade(service, url)
    command.downgrade(migrations.config(service, url), f"{revision}-1")
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO outbox (event_id, type, payload) VALUES (gen_random_uuid(), 'a', %s)",
            ['{"subject":"assets/5"}'],
        )
    migrations.upgrade(service, url)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT subject FROM outbox").fetchone() == ("assets/5",)


def test_no_portfolio_that_was_there_before_its_count_has_one(postgres_url: str) -> None:
    url = create_database(postgres_url, "portfolio")
    migrations.upgrade("portfolio", url, "0010")
    make = "INSERT INTO portfolios (owner_id, name, currency) VALUES (1, %s, 'USD')"
    believed = "SELECT name FROM portfolios WHERE counted_sequence = sequence"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(make, ["earlier"])
        migrations.upgrade("portfolio", url)
        connection.execute(make, ["later"])  # as the release before makes it
        assert connection.execute(believed).fetchall() == [("later",)]


def test_two_that_migrate_at_once_wait_for_each_other(postgres_url: str) -> None:
    """The first may take longer than a statement may wait for a lock (4 s)."""
    url = create_database(postgres_url, "auth")
    with psycopg.connect(url) as first:
        first.execute("SELECT pg_advisory_lock(7166309)")
        second = threading.Thread(target=migrations.upgrade, args=("auth", url))
        second.start()
        time.sleep(4.3)
        assert second.is_alive()
    second.join(ENOUGH)
    assert schema_of(url)["columns"]


def test_a_drafted_migration_makes_what_the_models_say(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "services" / "auth" / "migrations"
    shutil.copytree("services/auth/migrations", copy)
    [last] = copy.glob("versions/*_service_tokens.py")
    last.unlink()
    monkeypatch.setattr(migrations, "_ROOT", tmp_path)
    url = create_database(postgres_url, "auth")
    migrations.upgrade("auth", url)
    migrations.draft("auth", url, "tokens of programs")
    assert (copy / "versions" / "0005_tokens_of_programs.py").exists()
    migrations.upgrade("auth", url)
    whole = create_database(postgres_url, "auth")
    monkeypatch.undo()
    migrations.upgrade("auth", whole)
    assert schema_of(url)["indexes"] == schema_of(whole)["indexes"]


def test_a_database_of_a_later_release_stays_what_it_is(postgres_url: str) -> None:
    url = create_database(postgres_url, "later")
    migrations.upgrade("auth", url)
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9001'")
    migrations.upgrade("auth", url)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [
            ("9001",)
        ]
