"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

# Seconds. How quick something is, a load script measures; a test that waits shows that it comes
# at all, also on a machine that is busy with other things.
ENOUGH: Final = 300.0


def wait_until(condition: Callable[[], T | None], seconds: float = ENOUGH) -> T:
    """Return what `condition` returns as soon as that is true.

    Raises:
        TimeoutError: it was not true in time, with what it returned last.
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:g} s: {value!r}")
        time.sleep(0.02)
    return value
