"""The output of the processes of a run: a log of bounded size for each.

A process writes into a pipe and never to the disk, so that a full one cannot end or stop it: what
finds no room is left out, and the log says so as soon as there is room again.
"""

import contextlib
import os
import selectors
import threading
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

_MAXIMUM: Final = 10 * 1024**2  # bytes of a file; two older ones are kept
_OLDER: Final = 2
_CHUNK: Final = 64 * 1024  # bytes; what a pipe holds
_TAIL: Final = 32 * 1024  # bytes kept in memory
# Seconds: what a process writes meanwhile is read at once. Under load that is hundreds of lines.
_BREATH: Final = 0.05


class Log:
    """The output of one process, however often that is started.

    Attributes:
        path: its file.
        entrance: the file into which the process writes.
        exit: file descriptor at which its output arrives.
        size: bytes that it has written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._tail = b""
        self._lost = 0
        self.size = 0
        self.exit, entrance = os.pipe()
        self.entrance = os.fdopen(entrance, "wb", buffering=0)
        os.set_blocking(self.exit, False)

    @property
    def tail(self) -> str:
        """The last that the process wrote since `begin`."""
        return self._tail.decode(errors="replace")

    def begin(self) -> None:
        """Note that the process is started anew."""
        self._tail = b""

    def take(self) -> bool:
        """Take what has arrived; return False when nothing can arrive any more."""
        with self._lock:
            try:
                while output := os.read(self.exit, _CHUNK):
                    self.size += len(output)
                    self._tail = (self._tail + output)[-_TAIL:]
                    self._append(output)
            except BlockingIOError:
                return True
            return False

    def close(self) -> None:
        """Say that nothing more will be written."""
        self.entrance.close()

    def _append(self, output: bytes) -> None:
        if self._lost:
            output = b"\n[%d bytes are missing: no room]\n%b" % (self._lost, output)
        written = 0
        # A full disk, or a folder that is gone: nobody who works waits for that.
        with contextlib.suppress(OSError):
            # Opened each time, or the log that somebody removes would never come back.
            with self.path.open("ab", buffering=0) as file:
                written = file.write(output)
            if self.path.stat().st_size > _MAXIMUM:
                self._turn()
        self._lost = 0 if written == len(output) else self._lost + len(output) - written

    def _turn(self) -> None:
        names = [self.path, *(Path(f"{self.path}.{number + 1}") for number in range(_OLDER))]
        for newer, older in reversed(list(pairwise(names))):
            if newer.exists():
                newer.replace(older)


def read(logs: Sequence[Log]) -> None:
    """Take the output of all processes until every log is closed."""
    with selectors.DefaultSelector() as selector:
        for log in logs:
            selector.register(log.exit, selectors.EVENT_READ, log)
        while selector.get_map():
            for key, _ in selector.select():
                if not key.data.take():
                    selector.unregister(key.fd)
                    os.close(key.fd)
            time.sleep(_BREATH)
