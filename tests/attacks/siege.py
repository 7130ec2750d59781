"""The same request at once and again and again, and who passes it meanwhile."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import requests

from shared.testing import wait_until

_REFUSED: Final = frozenset({429, 503})
_PASSES: Final = 3
_PAUSE: Final = 0.05  # seconds before one who was refused comes again

Strike = Callable[[], requests.Response]


@dataclass
class Siege:
    """The same request at once and again and again, and those of it that are being done.

    Attributes:
        answers: how many the attacker had, by status.
    """

    strike: Strike
    at_once: int
    answers: Counter[int] = field(default_factory=Counter)
    _inside: set[object] = field(default_factory=set)
    _is_over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def going_on(self) -> Iterator["Siege"]:
        """Attack for the length of a `with`."""
        with ThreadPoolExecutor(self.at_once) as threads:
            for _ in range(self.at_once):
                threads.submit(self._strike_on)
            try:
                wait_until(lambda: self._inside)
                yield self
            finally:
                self._is_over.set()

    def is_passed_by(self, call: Callable[[], object]) -> bool:
        """Return whether `call` was answered while one and the same request was being done."""
        before = set(self._inside)
        call()
        return bool(before & self._inside)

    def wait_until_passed_by(self, call: Callable[[], object], *, has_lane: bool = True) -> None:
        """Make `call` until it passed some times, and a lane, if there is one, refused a part.

        Raises:
            TimeoutError: it did not, or nothing was refused.
        """
        passes = 0

        def is_passed() -> bool:
            nonlocal passes
            passes += self.is_passed_by(call)
            return passes >= _PASSES and (not has_lane or bool(_REFUSED & self.answers.keys()))

        wait_until(is_passed)

    def _strike_on(self) -> None:
        while not self._is_over.is_set():
            one = object()
            self._inside.add(one)
            try:
                status = self.strike().status_code
            except requests.RequestException:
                status = 0
            self._inside.discard(one)
            self.answers[status] += 1
            if status in _REFUSED:
                time.sleep(_PAUSE)
