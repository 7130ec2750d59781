"""Which user a server runs as, and whose end it shares: util-linux's `setpriv` in front of it."""

import os
import pwd
import shutil
from collections.abc import Sequence

from deploy.local.errors import RunError


def tied(command: Sequence[str], signal_name: str) -> list[str]:
    """Return `command` so that it gets `signal_name` ("TERM") when the thread that starts it ends.

    Where there is no `setpriv` (macOS) the command is returned as it is.
    """
    if shutil.which("setpriv") is None:
        return list(command)
    return ["setpriv", "--pdeathsig", signal_name, "--", *command]


def unprivileged(command: Sequence[str]) -> list[str]:
    """Return `command` so that it never runs as root; for an ordinary user it stays as it is.

    PostgreSQL refuses to run as root. Root's processes become `nobody`, who could not enter a
    folder below /root; so of all capabilities they keep the one that opens folders, and
    `no_setuid_fixup` makes access(2), by which PostgreSQL looks at its own binaries, honour it.
    Nothing outside the run's folder changes: no user is added, no folder's mode is widened.

    Raises:
        RunError: the user is root and `setpriv` is not installed.
    """
    if not is_root():
        return list(command)
    if shutil.which("setpriv") is None:
        raise RunError(
            "PostgreSQL does not run as root, and setpriv (package util-linux) is missing:"
            " install it or run as an ordinary user."
        )
    uid, gid = server_owner()
    keep = "-all,+dac_override"
    return [
        "setpriv",
        f"--reuid={uid}",
        f"--regid={gid}",
        "--clear-groups",
        "--securebits=+no_setuid_fixup",
        f"--inh-caps={keep}",
        f"--ambient-caps={keep}",
        f"--bounding-set={keep}",
        # A change of user would forget it.
        "--pdeathsig=keep",
        "--",
        *command,
    ]


def is_root() -> bool:
    """Return whether this process runs as root."""
    return os.geteuid() == 0


def server_owner() -> tuple[int, int]:
    """Return user and group id that own the files of an unprivileged server."""
    if not is_root():
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid
