"""Processes that a zygote forks, as their keepers know them (see `deploy.local.zygote`)."""

import json
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from typing import IO, Final

LONGEST: Final = 64 * 1024  # bytes of a question: a command line and an environment
# Makes room for the command lines that forks show: they can be as long as that of the zygote.
_ROOM: Final = "." * 400


class Fork:
    """A process that the zygote has started, used like a `subprocess.Popen`.

    Attributes:
        pid: its process id.
    """

    def __init__(self, pid: int, report: IO[str]) -> None:
        self.pid = pid
        self._report = report
        self._status: int | None = None

    def send_signal(self, number: int) -> None:
        """Send the process a signal, unless it has ended."""
        if self._status is None:
            os.kill(self.pid, number)

    def wait(self) -> int:
        """Wait for its end; return its status, below zero the signal that ended it."""
        with self._report as report:
            status = report.readline()
        # Without a word the zygote itself has gone, and so this goes, too.
        self._status = int(status or -signal.SIGTERM)
        return self._status


class Zygote:
    """Where forks come from, over all deaths of the zygote itself."""

    def __init__(self) -> None:
        # Both ends stay open here: what is asked while there is no zygote waits for the next.
        self._door, self._inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    @property
    def command(self) -> list[str]:
        """What starts it; it reads from `input`."""
        return [sys.executable, "-m", "deploy.local.zygote", _ROOM]

    @property
    def input(self) -> int:
        """File descriptor at which it is asked."""
        return self._inside.fileno()

    def fork(self, words: Sequence[str], environment: Mapping[str, str], output: IO[bytes]) -> Fork:
        """Start `python -m <module> …` in a session of its own.

        Args:
            words: the command line.
            environment: all of it.
            output: where the process writes.

        Raises:
            OSError: it could not be started.
        """
        question = json.dumps({"words": words, "environment": dict(environment)}).encode()
        hearing, telling = os.pipe()
        report = os.fdopen(hearing, encoding="ascii")
        try:
            socket.send_fds(self._door, [question], [output.fileno(), telling])
        finally:
            os.close(telling)
        answer = report.readline().strip()
        if not answer.isdecimal():
            report.close()
            raise OSError(answer or "The zygote ended.")
        return Fork(int(answer), report)

    def close(self) -> None:
        """Say that nothing more will be asked."""
        self._door.close()
        self._inside.close()
