"""Waiting for what another thread or process does, or the clock."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar

T = TypeVar("T")

# Seconds. How quick something is, a load script measures; a test that waits shows that it comes
# at all, also on a machine that is busy with other things.
ENOUGH: Final = 300.0
_REST_OF_A_DAY: Final = timedelta(minutes=1)


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


def today() -> date:
    """Return the day that the services take for today, which does not end while a test runs.

    In the last minute of a day this waits for the next one.
    """

    def day_with_a_rest() -> date | None:
        now = datetime.now(UTC)
        return now.date() if (now + _REST_OF_A_DAY).date() == now.date() else None

    return wait_until(day_with_a_rest)
