"""Bells: who waits for what others commit rests until it is rung for.

A bell is a channel of the service's own database (NOTIFY), which every worker of the service hears,
on whatever machine it runs. NOTIFY holds a lock of the whole server until its transaction is
committed; so it stands in none that changes anything, but follows it, in one of its own. A ring
that is lost costs a pause and never an event: whoever waits looks from time to time all the same.
"""

import select
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any, Final

import psycopg
from psycopg import sql

from shared.observability import logger

log = logger(__name__)

# Who has found something, or was rung for, looks again and again for so long: more may follow.
_AWAKE_FOR: Final = 1.0  # seconds
# Until then nobody need be rung for again, and a burst of commits is told once.
_RING_EVERY: Final = _AWAKE_FOR / 2
# Seconds between two looks at rest, and where nobody hears.
_AT_REST: Final = 2.0
_DEAF: Final = 0.25
_LISTEN_AGAIN_AFTER: Final = 1.0  # seconds
_LOOK: Final = 10.0  # seconds until `stop` is looked at


class Bell:
    """Wakes one part of a worker.

    Attributes:
        is_heard: whether this process hears when others ring it.
    """

    def __init__(self) -> None:
        self.is_heard = False
        self._rung = threading.Event()
        self._awake_until = time.monotonic() + _AWAKE_FOR

    def ring(self) -> None:
        """End the wait of this process."""
        self._rung.set()

    def wait(self, pace: float, *, is_busy: bool = False) -> bool:
        """Wait until it is time to look; return whether it was rung.

        Args:
            pace: seconds between two looks where more may follow.
            is_busy: the last look has found something, or something is still being done.
        """
        now = time.monotonic()
        if is_busy:
            self._awake_until = now + _AWAKE_FOR
        at_rest = _AT_REST if self.is_heard else _DEAF
        is_rung = self._rung.wait(pace if now < self._awake_until else at_rest)
        if is_rung:
            self._rung.clear()
            self._awake_until = time.monotonic() + _AWAKE_FOR
        return is_rung


class Bells:
    """The bells of a database.

    Args:
        connect: opens a connection in autocommit.
        notify: sends a NOTIFY on a channel, in a transaction of its own.
    """

    def __init__(
        self, connect: Callable[[], "psycopg.Connection[Any]"], notify: Callable[[str], object]
    ) -> None:
        self._connect = connect
        self._notify = notify
        self._bells: dict[str, Bell] = {}
        self._rung: dict[str, float] = {}  # by the monotonic clock

    def __getitem__(self, name: str) -> Bell:
        """Return the bell for which a part of this process waits."""
        return self._bells.setdefault(name, Bell())

    def ring(self, name: str) -> None:
        """Wake whoever waits for a bell, in every process; where the database is away, nobody."""
        now = time.monotonic()
        if now < self._rung.get(name, float("-inf")) + _RING_EVERY:
            return
        self._rung[name] = now
        try:
            self._notify(name)
        except psycopg.Error as error:
            log.info("ring_lost", bell=name, error=type(error).__name__)

    def ring_here(self) -> None:
        """Wake every part of this process."""
        for bell in self._bells.values():
            bell.ring()

    def listen(self, stop: threading.Event) -> None:
        """Let the bells that parts of this process wait for be heard, until `stop`."""
        while not stop.is_set():
            try:
                with closing(self._connect()) as connection:
                    self._listen(connection, stop)
            except psycopg.Error as error:
                log.warning("bells_lost_database", error=type(error).__name__)
            finally:
                for bell in self._bells.values():
                    bell.is_heard = False
            stop.wait(_LISTEN_AGAIN_AFTER)

    def _listen(self, connection: "psycopg.Connection[Any]", stop: threading.Event) -> None:
        for name in self._bells:
            connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(name)))
        # Nobody has heard what was rung until now.
        self.ring_here()
        for bell in self._bells.values():
            bell.is_heard = True
        while not stop.is_set():
            for ring in connection.notifies(timeout=0):
                self._bells[ring.channel].ring()
            # psycopg's own waiting looks ten times a second whether it was interrupted.
            select.select([connection], [], [], _LOOK)
