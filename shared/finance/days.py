"""Days: which is the last that there is, and how long a price is fresh."""

from datetime import date, datetime, timedelta
from typing import Final

# A price or rate more weekdays older than the day that it is for is called stale.
FRESH_WEEKDAYS: Final = 5
_FIRST_TO_SEE_MIDNIGHT: Final = timedelta(hours=14)  # UTC+14, Kiritimati
_SATURDAY: Final = 5


def latest_day(now: datetime) -> date:
    """Return the latest date that it already is somewhere on Earth."""
    return (now + _FIRST_TO_SEE_MIDNIGHT).date()


def oldest_fresh(day: date) -> date:
    """Return the oldest day whose price is not stale on `day`: five weekdays before it.

    The weekdays from the price's day (inclusive) to `day` (exclusive) are counted.
    """
    oldest = day
    weekdays = 0
    while True:
        before = oldest - timedelta(days=1)
        weekdays += before.weekday() < _SATURDAY
        if weekdays > FRESH_WEEKDAYS:
            return oldest
        oldest = before
