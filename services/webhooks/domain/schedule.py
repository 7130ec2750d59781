"""When a delivery is tried again, and when a webhook that fails is left alone or given up."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

# After the attempt of that number; the first is made at once.
_DELAYS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
ATTEMPTS: Final = len(_DELAYS) + 1
SPREAD: Final = 0.2
_LONGEST_RETRY_AFTER: Final = timedelta(hours=24)

BREAKER: Final = 10  # failures in a row
_FIRST_PAUSE: Final = timedelta(minutes=1)
_LONGEST_PAUSE: Final = timedelta(hours=1)
GIVEN_UP_AFTER: Final = timedelta(days=5)


def next_attempt(
    attempts: int,
    now: datetime,
    spread: Callable[[float, float], float],
    not_before: datetime | None = None,
) -> datetime | None:
    """Return when the next attempt is due; None when there have been enough.

    Args:
        attempts: made so far, all in vain.
        spread: gives a number between two, so that what failed together doesn't return together.
        not_before: what the receiver asked for.
    """
    if attempts >= ATTEMPTS:
        return None
    due = now + _DELAYS[attempts - 1] * spread(1 - SPREAD, 1 + SPREAD)
    return max(due, not_before) if not_before else due


def retry_time(retry_after: str | None, now: datetime) -> datetime | None:
    """Return the time in a `Retry-After`, 24 hours from now at most; None where there is none.

    Args:
        retry_after: seconds, or a date as HTTP writes it (RFC 9110, 10.2.3).
    """
    if not retry_after:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return now + min(timedelta(seconds=int(retry_after[:9])), _LONGEST_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(retry_after)
        return min(moment, now + _LONGEST_RETRY_AFTER)
    except (TypeError, ValueError, OverflowError):  # no date, or one without a time zone
        return None


def pause(failures: int) -> timedelta | None:
    """Return how long a webhook is left alone after so many failures in a row; None: not at all.

    From the tenth failure on a minute, doubling to an hour; one attempt after each pause.
    """
    if failures < BREAKER:
        return None
    doublings: int = min(failures - BREAKER, 10)
    return min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)
