"""The trades that restore a target mix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from shared.errors import BadRequest
from shared.finance.allocation import PERCENT_PLACES, Slice, sum_of
from shared.finance.apportionment import apportion, exact_sum
from shared.finance.money import EXACT, ZERO, minor_unit, round_to

WHOLE: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Drift:
    """How far a group is from its target, and what to buy (> 0) or sell (< 0) to be there.

    Percentages have 4 decimals (``drift`` is actual − target, in points), money the currency's.
    """

    key: str
    target: Decimal
    actual: Decimal
    drift: Decimal
    target_value: Decimal
    trade: Decimal


def rebalance(
    slices: Sequence[Slice], targets: Mapping[str, Decimal], currency: str
) -> list[Drift]:
    """Return the drift of every key held or targeted; one without a target should be empty.

    What has one key is taken together: cash, and assets of its type.

    The trades sum to exactly 0: nothing comes in or goes out.

    Args:
        targets: percentages by key.

    Raises:
        BadRequest: a target is negative, they don't sum to 100, or there is nothing to divide.
    """
    if any(target < 0 for target in targets.values()) or exact_sum(targets.values()) != WHOLE:
        raise BadRequest("targets: percentages must not be negative and must sum to 100.")
    if any(part.percentage is None for part in slices) or not slices:
        raise BadRequest("targets: the portfolio is worth nothing that could be divided.")
    totals = {part.key: (ZERO, ZERO) for part in slices}
    for part in slices:
        share, value = totals[part.key]
        totals[part.key] = (
            EXACT.add(share, part.percentage or ZERO),
            EXACT.add(value, part.value or ZERO),
        )
    keys = [*totals, *(key for key in targets if key not in totals)]
    whole = sum_of(slices)
    goals = [targets.get(key, ZERO) for key in keys]
    parts = [EXACT.divide(EXACT.multiply(goal, whole), WHOLE) for goal in goals]
    values = apportion(parts, minor_unit(currency), whole)
    return [
        _drift(key, *totals.get(key, (ZERO, ZERO)), goal, value)
        for key, goal, value in zip(keys, goals, values, strict=True)
    ]


def _drift(
    key: str, share: Decimal, value: Decimal, target: Decimal, target_value: Decimal
) -> Drift:
    goal, actual = round_to(target, PERCENT_PLACES), round_to(share, PERCENT_PLACES)
    trade = EXACT.subtract(target_value, value)
    return Drift(key, goal, actual, EXACT.subtract(actual, goal), target_value, trade)
