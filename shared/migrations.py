"""Alembic for every service, from one place: `services/<name>/migrations` holds only versions."""

from pathlib import Path

from alembic import command, context, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, NullPool, create_engine, text

from shared.db import IN_A_REQUEST, driver_url

_ROOT = Path(__file__).resolve().parent.parent
# Two starting copies of a service must not migrate side by side.
_MIGRATION_LOCK = 7166309


def config(service: str, database_url: str) -> Config:
    """Return Alembic's configuration for the migrations of `service`."""
    settings = Config()
    folder = _ROOT / "services" / service / "migrations"
    settings.set_main_option("script_location", str(folder))
    settings.set_main_option("path_separator", "os")
    settings.attributes["database_url"] = driver_url(database_url)
    return settings


def upgrade(service: str, database_url: str, revision: str = "head") -> None:
    """Bring the database of `service` to `revision`; safe to call side by side and again.

    One of a later release stays what it is: that release leaves what this code needs, so that one
    can go back to this.
    """
    settings = config(service, database_url)
    newest = ScriptDirectory.from_config(settings).get_current_head() or ""
    if _current(settings) <= newest:
        command.upgrade(settings, revision)


def stamp(service: str, database_url: str) -> None:
    """Say of a database that it has everything, whatever it has."""
    command.stamp(config(service, database_url), "head")


def _current(settings: Config) -> str:
    """Return the revision that a database has; "" of one that has none."""
    engine = create_engine(settings.attributes["database_url"], poolclass=NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def draft(service: str, database_url: str, message: str) -> None:
    """Write a migration from the newest schema, which the database has, to what the models say.

    Alembic sees tables, columns, indexes and UNIQUE, but no CHECK of a table that is there already.
    """
    settings = config(service, database_url)
    versions = _ROOT / "services" / service / "migrations" / "versions"
    number = f"{len(list(versions.glob('*.py'))) + 1:04}"
    command.revision(settings, message, autogenerate=True, rev_id=number)


def run(metadata: MetaData) -> None:
    """Run the migrations that Alembic asks for; called by each service's `migrations/env.py`."""
    engine = create_engine(context.config.attributes["database_url"])
    with engine.connect() as connection:
        # What the role has is for requests; data that moves takes its time.
        for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(text(f"SET {setting} = 0"))
        connection.execute(text("SET lock_timeout = '60s'"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
        # A lock that a running statement holds must not stall every other behind our DDL.
        connection.execute(text("SET lock_timeout = '4s'"))
        _give_patience(connection)
        connection.commit()
        context.configure(connection=connection, target_metadata=metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


def _give_patience(connection: Connection) -> None:
    """Set what a session of this role has in this database where a pooler opens it.

    A role may do that for itself.
    """
    quote = connection.dialect.identifier_preparer.quote
    name = connection.scalar(text("SELECT current_database()"))
    for setting, value in IN_A_REQUEST.settings.items():
        role = f"ALTER ROLE CURRENT_USER IN DATABASE {quote(str(name))}"
        connection.exec_driver_sql(f"{role} SET {setting} = '{value}'")


def rename_column(table: str, before: str, after: str) -> None:
    """Rename a column, and the constraint that PostgreSQL 18 names after one that is NOT NULL."""
    op.alter_column(table, before, new_column_name=after)
    constraint = f"{table}_{before}_not_null"
    of_table = text("SELECT FROM pg_constraint WHERE conrelid = to_regclass(:t) AND conname = :c")
    if op.get_bind().execute(of_table, {"t": table, "c": constraint}).first() is not None:
        op.execute(
            f"ALTER TABLE {table} RENAME CONSTRAINT {constraint} TO {table}_{after}_not_null"
        )
