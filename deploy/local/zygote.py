"""`python -m deploy.local.zygote`: forks the Python processes of a run.

Each of them would load the same libraries, 60 MiB and a second of work. Here that is done once: a
fork shares this memory as long as it does not write to it, and begins at once. In all else it is
what `python -m <module>` would be: a process, a session, an output and an environment of its own.

A question for one comes to the standard input, a socket, as a message of JSON with two descriptors
(see `deploy.local.forks`): its output, and where its process id and at its end its status are told.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deploy.local.forks import LONGEST

# What more than one service has. No service itself: it would stand in the memory of all others.
_SHARED: Final = (
    "gunicorn.app.wsgiapp",
    "shared.client",
    "shared.http.gunicorn_epoll",
    "shared.replica",
    "shared.worker",
)
_PR_SET_PDEATHSIG: Final = 1  # prctl(2)
_ARG_START: Final = 45  # proc_pid_stat(5), without what stands before the state
_DESCRIPTORS: Final = 2


def main() -> None:
    """Load what is shared, then fork; in a fork, become what it was made for."""
    _show([sys.executable, "-m", "deploy.local.zygote"])
    door = socket.socket(fileno=os.dup(0))
    for module in _SHARED:
        # What fails here fails in the process that needs it, which says so in its own log.
        with contextlib.suppress(Exception):
            importlib.import_module(module)
    # A collection that walks over it would copy its pages.
    gc.collect()
    gc.freeze()
    words = _Births(door).serve()
    _show(words)
    sys.argv = words[2:]
    runpy.run_module(words[2], run_name="__main__", alter_sys=True)


class _Births:
    """The processes that were forked here and live, and the questions for more."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self._reports: dict[int, int] = {}  # process id → where its status is told
        self._deaths, self._bell = os.pipe()
        for descriptor in (self._deaths, self._bell):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(self._bell)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> list[str]:
        """Fork until the launcher is gone; return in each fork its command line."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._door, selectors.EVENT_READ)
            selector.register(self._deaths, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is not self._door:
                        self._bury()
                    elif words := self._answer():
                        return words

    def _answer(self) -> list[str] | None:
        """Fork for one question; return the command line in the fork, None here."""
        message, descriptors, _, _ = socket.recv_fds(self._door, LONGEST, _DESCRIPTORS)
        if not message:
            # The launcher is gone, and with this process all of its own go.
            sys.exit()
        output, report = descriptors
        asked = json.loads(message)
        parent = os.getpid()
        try:
            child = os.fork()
        except OSError as error:
            os.write(report, f"{error}\n".encode())
            os.close(report)
        else:
            if not child:
                self._leave([*self._reports.values(), report])
                _settle(parent, output, asked["environment"])
                return list(asked["words"])
            self._reports[child] = report
            os.write(report, f"{child}\n".encode())
        os.close(output)
        return None

    def _bury(self) -> None:
        """Tell the status of each process that has ended."""
        os.read(self._deaths, LONGEST)
        while self._reports:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                return
            report = self._reports.pop(child)
            # The launcher may be gone.
            with contextlib.suppress(OSError):
                os.write(report, f"{os.waitstatus_to_exitcode(status)}\n".encode())
            os.close(report)

    def _leave(self, reports: Sequence[int]) -> None:
        """Drop, in a fork, what is the zygote's alone."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._door.close()
        for descriptor in (self._deaths, self._bell, *reports):
            os.close(descriptor)


def _settle(parent: int, output: int, environment: dict[str, str]) -> None:
    """Make a fork a process of its own, which ends with its parent."""
    os.setsid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(output)
    os.environ.clear()
    os.environ.update(environment)


def _show(words: list[str]) -> None:
    """Show `words` as the command line of this process, for `ps` and whoever looks for it.

    Linux shows the bytes in the place of the arguments, and where the last of them is not zero, up
    to the first that is.
    """
    fields = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    start, end = (int(field) for field in fields[_ARG_START : _ARG_START + 2])
    room = end - start
    text = " ".join(words).encode()[: room - 2].ljust(room - 1, b"\0")
    ctypes.memmove(start, text + b"\n", room)


if __name__ == "__main__":
    main()
