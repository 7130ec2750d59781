"""The accounts of the embedded event bus: its owner's, and one for each service.

The owner makes streams and consumers, and reads dead letters; a service publishes its own types of
events and takes what its own consumer gives it. Each password lies in a file of its own, which is
read anew for each connection, so that it can be replaced while everything runs.
"""

import secrets
import subprocess
from pathlib import Path
from typing import Final

from deploy.local import nats, servers
from deploy.local.errors import RunError
from deploy.local.rundir import RunDir, State, write_private
from shared.bus.interface import Address
from shared.bus.nats.accounts import permissions
from shared.bus.nats.topology import Names
from shared.events.catalogue import told_topics
from shared.settings import SERVICES

OWNER: Final = nats.USER
_RELOAD_SECONDS: Final = 10


def password_file(folder: RunDir, account: str) -> Path:
    """Return where the password of `account` lies."""
    return folder.keys / f"{account}.bus"


def url(folder: RunDir, state: State, account: str) -> str:
    """Return the URL of the bus for `account`."""
    return nats.url(state.ports["nats"], account, password_file(folder, account))


def make(folder: RunDir, state: State) -> None:
    """Give everybody a password who has none, and write the server's configuration."""
    for account in (OWNER, *SERVICES):
        if not password_file(folder, account).exists():
            write_private(password_file(folder, account), _new_password())
    _configure(folder, state)


def replace(folder: RunDir, state: State) -> None:
    """Give everybody a new password, while the server runs or not.

    Whoever is connected is thrown out and comes back with the new one; events wait meanwhile.

    Raises:
        RunError: the server runs and does not take them.
    """
    for account in (OWNER, *SERVICES):
        write_private(password_file(folder, account), _new_password())
    _configure(folder, state)
    if nats.answers(state.ports["nats"]):
        _reload(folder)


def _configure(folder: RunDir, state: State) -> None:
    users = [_user(folder, account) for account in (OWNER, *SERVICES)]
    text = nats.configuration(folder.nats, state.ports["nats"], users, pid_file=_pid_file(folder))
    write_private(folder.nats_configuration, text)


def _user(folder: RunDir, account: str) -> nats.User:
    user = nats.User(user=account, password=password_file(folder, account).read_text("ascii"))
    if account != OWNER:
        names = Names(Address.namespace, account)
        user["permissions"] = permissions(names, account, told_topics(account))
    return user


def _reload(folder: RunDir) -> None:
    command = [str(servers.script("nats-server")), "--signal", f"reload={_pid_file(folder)}"]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_RELOAD_SECONDS)
    except subprocess.SubprocessError as error:
        raise RunError("The event bus did not take its new passwords: repeat this.") from error


def _pid_file(folder: RunDir) -> Path:
    return folder.config / "nats.pid"


def _new_password() -> str:
    return secrets.token_urlsafe(24)
