"""What a portfolio is made of, by group."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from shared.apportionment import apportion, exact_sum, percentages
from shared.money import EXACT, minor_unit, round_money
from shared.vocabulary import CASH, UNCLASSIFIED, Grouping

PERCENT_PLACES: Final = 4

Money = Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What is held of one asset.

    Attributes:
        value: in the portfolio's currency, not rounded; None is unknown.
    """

    symbol: str
    name: str
    asset_type: str
    currency: str
    sector: str | None
    country: str | None
    value: Money

    def group(self, grouping: Grouping) -> tuple[str, str]:
        """Return the key and the label of the group it belongs to."""
        if grouping is Grouping.INDIVIDUAL:
            return self.symbol, self.name
        key: str | None = getattr(self, grouping.value)
        return (key, key) if key else (UNCLASSIFIED, "Unclassified")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One group.

    Attributes:
        value: of those of its holdings that have one, rounded; None where none has.
        percentage: of all that is valued; None where that is not more than 0.
    """

    key: str
    label: str
    value: Money
    percentage: Decimal | None
    position_count: int


@dataclass(slots=True)
class _Group:
    key: str
    label: str
    values: list[Decimal]
    position_count: int = 0


def allocate(
    holdings: Sequence[Holding], cash: Money, grouping: Grouping, currency: str
) -> list[Slice]:
    """Return the groups of a portfolio, largest first, of equal ones by key; unknown ones last.

    Values sum to the rounded value of all that is valued, and percentages to exactly 100.

    Args:
        cash: a group of its own, unless it is 0, whatever else has the key CASH; None is unknown.
        currency: the portfolio's.
    """
    groups = _grouped(holdings, grouping)
    if cash is None or round_money(cash, currency):
        groups.append(_Group(CASH, "Cash", [] if cash is None else [cash]))
    known = sorted(
        ((exact_sum(group.values), group) for group in groups if group.values),
        key=lambda pair: (EXACT.minus(pair[0]), pair[1].key),
    )
    parts = [part for part, _ in known]
    amounts = apportion(parts, minor_unit(currency))
    shares: Sequence[Money] = percentages(parts, PERCENT_PLACES) or [None] * len(parts)
    unknown = sorted((group for group in groups if not group.values), key=lambda group: group.key)
    return [
        _slice(group, amount, share)
        for (_, group), amount, share in zip(known, amounts, shares, strict=True)
    ] + [_slice(group, None, None) for group in unknown]


def _slice(group: _Group, value: Money, percentage: Money) -> Slice:
    return Slice(
        key=group.key,
        label=group.label,
        value=value,
        percentage=percentage,
        position_count=group.position_count,
    )


def _grouped(holdings: Sequence[Holding], grouping: Grouping) -> list[_Group]:
    groups: dict[str | int, _Group] = {}
    for place, holding in enumerate(holdings):
        key, label = holding.group(grouping)
        # Two assets may have one symbol, a public and a private one.
        apart = place if grouping is Grouping.INDIVIDUAL else key
        group = groups.setdefault(apart, _Group(key, label, []))
        group.position_count += 1
        if holding.value is not None:
            group.values.append(holding.value)
    return list(groups.values())
