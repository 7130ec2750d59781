"""How old a price or rate may be before a value that rests on it is called stale."""

from datetime import date, timedelta
from typing import Final

from shared.dates import FRESH_WEEKDAYS

_SATURDAY: Final = 5


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
