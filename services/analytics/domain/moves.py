"""From one close to the next."""

from decimal import Decimal
from typing import NamedTuple

from services.analytics.domain.comparing import apart
from services.analytics.domain.metrics import Day
from services.analytics.domain.series import Series, decimal, split_adjusted
from shared.finance.money import EXACT


class Move(NamedTuple):
    """The last close, and what it is more than the one before, as money and as a fraction.

    The change is in shares of after a split between the two. None without an earlier close, and
    a fraction of nothing is None too.
    """

    day: Day
    close: Decimal
    change: Decimal | None
    ratio: Decimal | None


def last_move(closes: Series, splits: Series) -> Move:
    """Return the move to the last of ``closes``, of which there is at least one."""
    last = decimal(closes.values[-1])
    day = Day(closes.days[-1], "D")
    if len(closes.days) < 2:
        return Move(day, last, None, None)
    recent = Series(closes.days[-2:], closes.values[-2:])
    adjusted = split_adjusted(recent, splits.between(recent.days[0] + 1, recent.days[1]))
    moved = bool(apart(closes.values[-1], adjusted.values[0]))
    before = decimal(adjusted.values[0]) if moved else last
    change = EXACT.subtract(last, before)
    return Move(day, last, change, EXACT.divide(change, before) if before > 0 else None)
