"""A real PgBouncer before a PostgreSQL, which gives out sessions for a transaction at a time."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from deploy.local import ports, servers
from deploy.local.privileges import tied, unprivileged
from deploy.local.servers import Server

# Since then it understands DEALLOCATE ALL, which psycopg says after a rollback.
_NEEDED: Final = (1, 22)
_CONFIGURATION: Final = """\
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
admin_users = {admins}
pool_mode = transaction
default_pool_size = {sessions}
max_client_conn = 1000
max_prepared_statements = 100
"""


class Missing(Exception):
    """There is no PgBouncer that is new enough."""


class Pooler(NamedTuple):
    """One that runs.

    Attributes:
        version: "1.24".
        port: where it listens.
    """

    version: str
    port: int
    server: Server


def start(folder: Path, server: int, passwords: Mapping[str, str], *, sessions: int) -> Pooler:
    """Start one that logs in as whoever logs in to it.

    Args:
        folder: of its files, with nothing else in it.
        server: port of the PostgreSQL.
        passwords: role → password.
        sessions: of the server, for each role.

    Raises:
        Missing: none is installed or named by TEST_PGBOUNCER, or it is too old.
    """
    binary, version = _program()
    users, configuration, port = folder / "users", folder / "pooler.ini", ports.free()
    users.write_text("".join(f'"{role}" "{word}"\n' for role, word in passwords.items()))
    configuration.write_text(
        _CONFIGURATION.format(
            server=server, port=port, users=users, admins=", ".join(passwords), sessions=sessions
        )
    )
    running = servers.launch(
        tied(unprivileged([binary, str(configuration)]), "INT"),
        url=f"postgresql://127.0.0.1:{port}",
        log=folder / "pooler.log",
        answers=lambda: not ports.is_free(port),
    )
    return Pooler(version, port, running)


def _program() -> tuple[str, str]:
    binary = os.environ.get("TEST_PGBOUNCER") or shutil.which(
        "pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin"
    )
    if binary is None:
        raise Missing("NO PGBOUNCER: install 1.22 or later, or name it in TEST_PGBOUNCER")
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    [version] = re.findall(r"PgBouncer (\d+\.\d+)", said)
    if tuple(map(int, version.split("."))) < _NEEDED:
        raise Missing(f"NO PGBOUNCER 1.22 or later: {binary} is {version}")
    return binary, version
