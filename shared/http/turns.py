"""Turns: the writes of one user take few threads of a process, however slow they turn out to be.

What is slow by its kind has a lane (`shared.http.lanes`). But any write may be slow: one that is
dated before forty thousand others replays them all, and whoever writes into the same portfolio
waits for its lock meanwhile, with a thread and a connection. So three writes of a user are done at
the same time. More of them wait for their turn, half a second at most; and once the oldest has been
there for so long, the next one is refused at once. Where writes are fast nobody notices.

with Turn(user_id):
    ...  # what takes a connection and locks
"""

import time
from threading import Event, Lock
from typing import Final

from shared.errors import RateLimited
from shared.http.lanes import REFUSED, WAITING

_NAME: Final = "writes"  # in the metrics, among the lanes
_AT_ONCE: Final = 3
_PATIENCE: Final = 0.5  # seconds
_SOON: Final = 1  # seconds until one who was refused may try again


_changing: Final = Lock()
# By user, in the order in which they came: the first three have their turn. Nobody's is empty.
_lines: Final[dict[int, list["Turn"]]] = {}


class Turn:
    """A write's turn among those of the same user in this process, for the length of a `with`.

    Args:
        user: whose write it is.

    Raises:
        RateLimited: others of the same user take long.
    """

    __slots__ = ("_has_come", "_since", "_user")

    def __init__(self, user: int) -> None:
        self._user = user

    def __enter__(self) -> None:
        self._since = time.perf_counter()
        with _changing:
            line = _lines.setdefault(self._user, [])
            has_to_wait = len(line) >= _AT_ONCE
            if has_to_wait:
                if self._since - line[0]._since >= _PATIENCE:
                    raise _refusal("share")
                self._has_come = Event()
            line.append(self)
        if has_to_wait:
            self._wait(line)

    def _wait(self, line: list["Turn"]) -> None:
        with WAITING.labels(_NAME).track_inprogress():
            self._has_come.wait(_PATIENCE)
        with _changing:
            if not self._has_come.is_set():
                line.remove(self)
                raise _refusal("patience")

    def __exit__(self, *_: object) -> None:
        with _changing:
            line = _lines[self._user]
            line.remove(self)
            if len(line) >= _AT_ONCE:
                line[_AT_ONCE - 1]._has_come.set()
            elif not line:
                del _lines[self._user]


def _refusal(reason: str) -> RateLimited:
    REFUSED.labels(_NAME, reason).inc()
    return RateLimited(_SOON, "Other changes of yours take long; try again.")
