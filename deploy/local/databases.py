"""A database for each service, with a role that can open no other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import psycopg
from psycopg import sql

from deploy.local.errors import RunError, first_line
from deploy.local.postgres import SUPERUSER
from deploy.local.rundir import write_private


@dataclass(frozen=True)
class Databases:
    """The databases of one run on one server.

    Attributes:
        server: the superuser's URL.
        prefix: what their names begin with: nothing on the run's own server.
    """

    server: str
    prefix: str = ""

    def url(self, service: str, password: str) -> str:
        """Return the URL of the database of `service` for its role."""
        address = urlsplit(self.server)
        host = address.netloc.rpartition("@")[2]
        name = self.prefix + service
        return address._replace(netloc=f"{name}:{password}@{host}", path=f"/{name}").geturl()

    def url_by_file(self, service: str, password_file: Path) -> str:
        """Return the URL of the database of `service`, whose password lies in a file.

        libpq reads that for each connection, so that it can be replaced while everything runs.
        """
        url = urlsplit(self.url(service, ""))
        # libpq, unlike a form, takes a plus for a plus.
        told = [*parse_qsl(url.query), ("passfile", str(password_file))]
        query = urlencode(told, quote_via=quote, safe="")
        return url._replace(netloc=url.netloc.replace(":@", "@", 1), query=query).geturl()

    @property
    def address(self) -> str:
        """The server without names and passwords, for messages."""
        return urlsplit(self.server).netloc.rpartition("@")[2]


def provision(databases: Databases, passwords: dict[str, str], services: Iterable[str]) -> None:
    """Make the databases and roles that are missing; what is there keeps its data.

    Args:
        passwords: service → the password that its role has from now on.

    Raises:
        RunError: the server can't be reached or doesn't let this user make roles.
    """
    try:
        with psycopg.connect(databases.server, autocommit=True, connect_timeout=3) as connection:
            for service in services:
                _provision(connection, databases.prefix + service, passwords[service])
            if not databases.prefix:
                # Our own server: its maintenance databases are nobody else's business either.
                for name in ("postgres", "template1"):
                    _close_to_others(connection, name)
    except psycopg.Error as error:
        raise RunError(f"DATABASE {databases.address}: {first_line(error)}") from error


def keep_password(file: Path, password: str) -> None:
    """Write the file in which libpq looks for the password of a role."""
    write_private(file, f"*:*:*:*:{password}\n")


def replace_passwords(databases: Databases, passwords: Mapping[Path, tuple[str, str]]) -> None:
    """Give services that go on other passwords; whoever connects meanwhile tries it again.

    Args:
        passwords: file → service and its new password.

    Raises:
        RunError: the server can't be reached or doesn't let this user do it.
    """
    try:
        with psycopg.connect(databases.server, autocommit=True, connect_timeout=3) as connection:
            for file, (service, password) in passwords.items():
                _set_password(connection, databases.prefix + service, password)
                keep_password(file, password)
    except psycopg.Error as error:
        raise RunError(f"DATABASE {databases.address}: {first_line(error)}") from error


def replace_superuser(databases: Databases, password: str) -> None:
    """Give the superuser of our own server another password.

    Raises:
        RunError: the server can't be reached.
    """
    try:
        with psycopg.connect(databases.server, autocommit=True, connect_timeout=3) as connection:
            _set_password(connection, SUPERUSER, password)
    except psycopg.Error as error:
        raise RunError(f"DATABASE {databases.address}: {first_line(error)}") from error


def _provision(connection: psycopg.Connection, name: str, password: str) -> None:
    role = sql.Identifier(name)
    if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", name):
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
    _set_password(connection, name, password)
    if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", name):
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
    _close_to_others(connection, name)


def _set_password(connection: psycopg.Connection, name: str, password: str) -> None:
    # Only the verifier travels, so that no server log can hold the password.
    verifier = connection.pgconn.encrypt_password(
        password.encode(), name.encode(), b"scram-sha-256"
    ).decode()
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
    connection.execute(statement.format(sql.Identifier(name), sql.Literal(verifier)))


def _close_to_others(connection: psycopg.Connection, database: str) -> None:
    statement = sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC")
    connection.execute(statement.format(sql.Identifier(database)))


def _exists(connection: psycopg.Connection, query: LiteralString, name: str) -> bool:
    return connection.execute(query, [name]).fetchone() is not None


def check(url: str) -> None:
    """Look whether the server that DATABASE names answers.

    Raises:
        RunError: it doesn't, or refuses the user.
    """
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error as error:
        # psycopg says the address again before the reason.
        reason = first_line(error).rpartition(" failed: ")[2]
        raise RunError(
            f"DATABASE {Databases(url).address} can't be opened: {reason}."
            " Is it running, are user and password right?"
        ) from error
