"""An embedded server that is running: where it listens and how it is stopped."""

import signal
import subprocess
import sysconfig
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.causes import cause
from deploy.local.errors import RunError

_STOP_SECONDS = 5.0
START_SECONDS = 30.0


@dataclass(frozen=True)
class Server:
    """A running embedded server.

    Attributes:
        url: where it listens, with user and password.
        process: its main process.
    """

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End the server, within five seconds the clean way, else at once."""
        # SIGINT is the fast shutdown of PostgreSQL and the ordinary one of NATS.
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def launch(
    command: Sequence[str],
    *,
    url: str,
    log: Path,
    answers: Callable[[], bool],
    seconds: float = START_SECONDS,
) -> Server:
    """Start `command` and return the server as soon as `answers` says that it does.

    Raises:
        RunError: it ended, or does not answer within `seconds`; with the cause.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    server = Server(url, process)
    deadline = time.monotonic() + seconds
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            server.stop()
            words = cause(log.read_text(encoding="utf-8", errors="replace"))
            raise RunError(f"{Path(command[0]).name} does not start: {words}")
        time.sleep(0.02)
    return server


def script(name: str) -> Path:
    """Return the path of a program that a package put beside this Python ("nats-server").

    Raises:
        RunError: its package is not installed.
    """
    path = Path(sysconfig.get_path("scripts")) / name
    if not path.exists():
        raise RunError(f"{name} is missing in {path.parent}: run `make run`.")
    return path
