"""What a portfolio is made of, by group."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from shared.apportionment import apportion, exact_sum, percentages
from shared.money import minor_unit, round_money
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
    label: str
    values: list[Decimal]
    position_count: int = 0


def allocate(
    holdings: Sequence[Holding], cash: Money, grouping: Grouping, currency: str
) -> list[Slice]:
    """Return the groups of a portfolio, largest first, of equal ones by key; unknown ones last.

    Values sum to the rounded value of all that is valued, and percentages to exactly 100.

    Args:
        cash: a group of its own, unless it is 0; None is unknown.
        currency: the portfolio's.
    """
    groups = _grouped(holdings, grouping)
    if cash is None or round_money(cash, currency):
        values = groups.setdefault(CASH, _Group("Cash", [])).values
        values.extend([] if cash is None else [cash])
    sums = {key: exact_sum(group.values) for key, group in groups.items() if group.values}
    ordered = sorted(sums, key=lambda key: (-sums[key], key))
    parts = [sums[key] for key in ordered]
    amounts = dict(zip(ordered, apportion(parts, minor_unit(currency)), strict=True))
    shares = dict(zip(ordered, percentages(parts, PERCENT_PLACES) or (), strict=False))
    unknown = sorted(groups.keys() - sums.keys())
    return [
        Slice(
            key=key,
            label=groups[key].label,
            value=amounts.get(key),
            percentage=shares.get(key),
            position_count=groups[key].position_count,
        )
        for key in [*ordered, *unknown]
    ]


def _grouped(holdings: Sequence[Holding], grouping: Grouping) -> dict[str, _Group]:
    groups: dict[str, _Group] = {}
    for holding in holdings:
        key, label = holding.group(grouping)
        group = groups.setdefault(key, _Group(label, []))
        group.position_count += 1
        if holding.value is not None:
            group.values.append(holding.value)
    return groups
