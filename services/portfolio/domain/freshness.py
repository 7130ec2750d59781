"""How old a price or rate may be before a value that rests on it is called stale, and how new."""

from datetime import date, datetime, timedelta
from typing import Final

FRESH_WEEKDAYS: Final = 5
_SATURDAY: Final = 5
_FIRST_TO_SEE_MIDNIGHT: Final = timedelta(hours=14)  # Kiribati, UTC+14


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


def latest_day(now: datetime) -> date:
    """Return the latest date that it already is somewhere on Earth."""
    return (now + _FIRST_TO_SEE_MIDNIGHT).date()
