"""What a portfolio is made of, by group, and the trades that restore a target mix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from shared.apportionment import apportion, exact_sum, percentages
from shared.errors import BadRequest
from shared.money import EXACT, minor_unit, round_money, round_to
from shared.vocabulary import CASH, UNCLASSIFIED, Grouping

PERCENT_PLACES: Final = 4
WHOLE: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Item:
    """One position and its ``value`` in the portfolio's currency, not yet rounded."""

    symbol: str
    name: str
    value: Decimal
    asset_type: str
    currency: str
    sector: str | None = None
    country: str | None = None

    def group(self, grouping: Grouping) -> tuple[str, str]:
        """Return the key and the label of the group it belongs to."""
        if grouping is Grouping.INDIVIDUAL:
            return self.symbol, self.name
        key: str | None = getattr(self, grouping.value)
        return (key, key) if key else (UNCLASSIFIED, "Unclassified")


@dataclass(frozen=True, slots=True)
class Slice:
    """One group: money with the currency's decimals, and a percentage with 4 of them.

    ``percentage`` is None where the whole portfolio is worth nothing or less.
    """

    key: str
    label: str
    value: Decimal
    percentage: Decimal | None
    position_count: int


@dataclass(frozen=True, slots=True)
class _Group:
    key: str
    label: str
    values: list[Decimal]


def allocate(
    items: Sequence[Item], cash: Decimal, grouping: Grouping, currency: str
) -> list[Slice]:
    """Return the groups of a portfolio, largest first, of equal ones by key.

    Values sum to the rounded total and percentages to exactly 100. Cash is a group of its own
    where there is any, whatever else has the key CASH; so is each asset, whatever its symbol.
    """
    groups: dict[str | int, _Group] = {}
    for place, item in enumerate(items):
        key, label = item.group(grouping)
        apart = place if grouping is Grouping.INDIVIDUAL else key
        groups.setdefault(apart, _Group(key, label, [])).values.append(item.value)
    found = [(exact_sum(group.values), len(group.values), group) for group in groups.values()]
    if round_money(cash, currency):
        found.append((cash, 0, _Group(CASH, "Cash", [cash])))
    found.sort(key=lambda part: (-part[0], part[2].key))
    values = apportion([part for part, _, _ in found], minor_unit(currency))
    shares = percentages([part for part, _, _ in found], PERCENT_PLACES)
    return [
        Slice(group.key, group.label, value, shares[i] if shares else None, count)
        for i, ((_, count, group), value) in enumerate(zip(found, values, strict=True))
    ]


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
    held = {part.key: (Decimal(0), Decimal(0)) for part in slices}
    for part in slices:
        share, value = held[part.key]
        held[part.key] = EXACT.add(share, part.percentage or 0), EXACT.add(value, part.value)
    keys = [*held, *(key for key in targets if key not in held)]
    whole = exact_sum(part.value for part in slices)
    goals = [targets.get(key, Decimal(0)) for key in keys]
    wanted = [EXACT.divide(EXACT.multiply(goal, whole), WHOLE) for goal in goals]
    values = apportion(wanted, minor_unit(currency), whole)
    nothing = Decimal(0), Decimal(0)
    return [
        _drift(key, *held.get(key, nothing), goal, value)
        for key, goal, value in zip(keys, goals, values, strict=True)
    ]


def _drift(key: str, share: Decimal, owned: Decimal, target: Decimal, wanted: Decimal) -> Drift:
    goal, actual = round_to(target, PERCENT_PLACES), round_to(share, PERCENT_PLACES)
    trade = EXACT.subtract(wanted, owned)
    return Drift(key, goal, actual, EXACT.subtract(actual, goal), wanted, trade)
