"""A worker that hears bells."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from shared.bells import Bell
from shared.db import Database
from shared.testing.waiting import wait_until

_PACE: Final = 0.01  # seconds


@contextmanager
def listening(url: str, *names: str) -> Iterator[list[Bell]]:
    """Hear bells of a database for the length of a `with`, as another process does."""
    database, stop = Database(url), threading.Event()
    bells = [database.bells[name] for name in names]
    threading.Thread(target=database.bells.listen, args=[stop], daemon=True).start()
    for bell in bells:
        wait_until_heard(bell)
    yield bells
    stop.set()
    database.close()


def wait_until_heard(bell: Bell) -> None:
    """Wait until a bell is heard, and nothing that was rung before is left."""
    wait_until(lambda: bell.is_heard and not is_rung(bell))


def is_rung(bell: Bell) -> bool:
    """Return whether a bell was rung since it was asked last."""
    return bell.wait(_PACE)
