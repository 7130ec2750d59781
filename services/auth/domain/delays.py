"""How long a name must wait after failed logins."""

from datetime import datetime, timedelta
from typing import Final

_FREE: Final = 5  # failures in a row before the first delay
FIRST: Final = 1  # second
_LONGEST: Final = 900  # seconds


def wait(failures: int, last_failure: datetime, now: datetime) -> int:
    """Return the seconds until the next attempt: 0 for the first five, then 1, 2, 4 … 900."""
    if failures < _FREE:
        return 0
    delay = min(FIRST * 2 ** min(failures - _FREE, 20), _LONGEST)
    return max(0, round((last_failure + timedelta(seconds=delay) - now).total_seconds()))
