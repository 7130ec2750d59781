"""A service on the test stand: its application on its own real, migrated database."""

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import Connection, MetaData, func, select, table, text
from werkzeug.test import TestResponse

from shared import migrations
from shared.bus import inbox
from shared.bus.inbox import EventHandler
from shared.events import Event, catalogue
from shared.http import ServiceApp
from shared.identity import Identity, Quota, Signer, UserId
from shared.replica import with_owners
from shared.settings import SERVICES
from shared.testing.documented import DocumentedClient

NOWHERE = "http://127.0.0.1:9"  # the discard port: refuses at once


def environment(
    name: str,
    *,
    database_url: str,
    keys: Path,
    event_bus_url: str = "nats://127.0.0.1:9",
    **more: str,
) -> dict[str, str]:
    """Return the environment of the service `name`; every other service is down unless given."""
    urls = {f"{service.upper()}_URL": NOWHERE for service in SERVICES}
    return {
        **urls,
        "DATABASE_URL": database_url,
        "EVENT_BUS_URL": event_bus_url,
        "KEYS_DIR": str(keys),
        "SERVICE_KEY_FILE": str(keys / f"{name}.pem"),
        "LOG_LEVEL": "WARNING",
        **more,
    }


class _Client(DocumentedClient):
    """A client for whom somebody vouches anew at each request: a token is good for a minute."""

    def __init__(self, app: ServiceApp, header: str, vouch: Callable[[], str]) -> None:
        super().__init__(app, app.response_class)
        self._header = header
        self._vouch = vouch
        self.environ_base[header] = vouch()

    def open(self, *args: Any, **named: Any) -> TestResponse:
        """Send a request."""
        self.environ_base[self._header] = self._vouch()
        return super().open(*args, **named)


class Stand:
    """One service with a fresh database; made once for a run of the tests, emptied between two.

    Args:
        name: the service.
        create_app: its factory, which reads the environment.
        server_url: superuser's URL of a PostgreSQL server.
        keys: folder of `make_keys`.
        tables: made as they stand, for an application with a name but no migrations of its own.
        more: further environment variables.
    """

    def __init__(
        self,
        name: str,
        create_app: Callable[[], ServiceApp],
        *,
        server_url: str,
        keys: Path,
        tables: MetaData | None = None,
        **more: str,
    ) -> None:
        self.name = name
        self.keys = keys
        self.database_url = create_database(server_url, name)
        if tables is None:
            migrations.upgrade(name, self.database_url)
        self.environment = environment(name, database_url=self.database_url, keys=keys, **more)
        with set_environment(self.environment):
            self.app = create_app()
        self.app.testing = False  # errors are answers here too
        self.app.test_client_class = DocumentedClient
        self.database = self.app.database
        if tables is not None:
            tables.create_all(self.database.engine)
            migrations.stamp(name, self.database_url)
        self._auth = Signer("auth", keys / "auth.pem")

    def client(
        self,
        user: int | None = 1,
        *,
        scopes: tuple[str, ...] = ("read", "write", "admin"),
        staff: bool = False,
        currency: str = "USD",
    ) -> FlaskClient:
        """Return a client that comes through the gateway as `user`; None is nobody."""
        if user is None:
            return self.app.test_client()
        identity = Identity(UserId(user), frozenset(scopes), staff, currency)
        client = _Client(self.app, "HTTP_X_IDENTITY", lambda: self._auth.identity(identity))
        client.environ_base["HTTP_X_QUOTA"] = Quota(1000, 999, 3600).header
        return client

    def service_client(self, caller: str) -> FlaskClient:
        """Return a client that is the service `caller`, for the internal API."""
        signer = Signer(caller, self.keys / f"{caller}.pem")
        return _Client(
            self.app, "HTTP_AUTHORIZATION", lambda: f"Bearer {signer.service_token(self.name)}"
        )

    def events(self) -> list[Event]:
        """Return what the outbox holds, in order; each is what the catalogue says of us."""
        with self.database.engine.connect() as connection:
            rows = connection.execute(text("SELECT payload FROM outbox ORDER BY id")).scalars()
            events = [Event.from_json(row.encode()) for row in rows]
        for event in events:
            catalogue.TOLD[self.name][event.type]().load(event.data)
        return events

    def inside(self, lane: str) -> int:
        """Return how many requests work or wait in a lane, as the metrics tell it."""
        return self.sample(f'lane_requests{{lane="{lane}"}}')

    def sample(self, name: str) -> int:
        """Return what the metrics tell of a sample, named with its labels; 0 before it is there."""
        lines = self.app.test_client().get("/metrics/").text.splitlines()
        values = (line.removeprefix(f"{name} ") for line in lines if line.startswith(f"{name} "))
        return int(float(next(values, 0)))

    def waiters(self) -> int:
        """Return how many wait for a row that another one has locked."""
        waiting = (
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        with self.database.engine.connect() as connection:
            return connection.scalar(text(waiting)) or 0

    def hear(self, event: Event, handlers: Mapping[str, EventHandler]) -> None:
        """Apply an event as the worker does."""
        with_owners(lambda: inbox.process(self.database.sessions, self.name, [event], handlers))

    def rows(self) -> dict[str, int]:
        """Return how many rows each table has."""
        with self.database.engine.connect() as connection:
            return {
                name: connection.scalar(select(func.count()).select_from(table(name))) or 0
                for name in _tables(connection)
            }

    def empty(self) -> None:
        """Delete every row of every table and start every number at 1 again."""
        # A unit is done again where a test has ended the connections.
        self.database.unit(lambda session: session.connection().exec_driver_sql(self._emptying))

    @cached_property
    def _emptying(self) -> str:
        """The statements that empty all tables: TRUNCATE takes 20 times as long for a few rows."""
        with self.database.engine.connect() as connection:
            tables = _tables(connection)
            sequences = connection.scalars(
                text("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
            ).all()
        statements = [
            sql.SQL("SET LOCAL session_replication_role = replica"),  # the order does not matter
            *(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in tables),
            *(sql.SQL("SELECT setval({}, 1, false)").format(f'"{name}"') for name in sequences),
        ]
        return sql.SQL(";").join(statements).as_string()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def _tables(connection: Connection) -> Sequence[str]:
    names = text(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " AND tablename <> 'alembic_version'"
    )
    return connection.execute(names).scalars().all()


class set_environment:  # noqa: N801 - used as a statement
    """Set environment variables for the length of a `with`."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)
        self._before: dict[str, str | None] = {}

    def __enter__(self) -> None:
        self._before = {name: os.environ.get(name) for name in self._values}
        os.environ.update(self._values)

    def __exit__(self, *_: Any) -> None:
        for name, value in self._before.items():
            if value is None:
                with suppress(KeyError):
                    del os.environ[name]
            else:
                os.environ[name] = value


def create_database(server_url: str, name: str) -> str:
    """Make an empty database for a run of the tests and return its URL."""
    database = f"{name}_{secrets.token_hex(4)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{database}"))
