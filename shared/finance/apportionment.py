"""Rounded parts that sum to a rounded whole: the method of the largest remainder (Hamilton)."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_FLOOR, Decimal
from functools import reduce

from shared.finance.money import EXACT, round_to


def apportion(parts: Sequence[Decimal], places: int, whole: Decimal | None = None) -> list[Decimal]:
    """Return `parts` with exactly `places` decimals, that sum exactly to the rounded whole.

    Each is rounded down and the units that are missing go to the largest remainders, of equal
    ones to the earlier; so none is off by a unit or more, and a part of 0 stays 0. Parts may be
    negative.

    Args:
        whole: what the parts sum to but for their own rounding; their sum by default.
    """
    unit = Decimal(1).scaleb(-places)
    total = round_to(exact_sum(parts) if whole is None else whole, places)
    floors = [part.quantize(unit, ROUND_FLOOR, EXACT) for part in parts]
    missing = int(EXACT.divide(EXACT.subtract(total, exact_sum(floors)), unit))
    remainders = [EXACT.subtract(part, floor) for part, floor in zip(parts, floors, strict=True)]
    by_remainder = sorted(range(len(parts)), key=lambda i: (-remainders[i], i))
    raised = frozenset(by_remainder[:missing])
    return [
        round_to(EXACT.add(floor, unit if i in raised else 0), places)
        for i, floor in enumerate(floors)
    ]


def percentages(parts: Sequence[Decimal], places: int = 4) -> list[Decimal] | None:
    """Return each part's percentage of all, summing to exactly 100; None where all is not > 0."""
    whole = exact_sum(parts)
    if whole <= 0:
        return None
    shares = [EXACT.divide(EXACT.multiply(part, 100), whole) for part in parts]
    return apportion(shares, places, Decimal(100))


def exact_sum(parts: Iterable[Decimal]) -> Decimal:
    """Return the sum of `parts`, not rounded."""
    return reduce(EXACT.add, parts, Decimal(0))
