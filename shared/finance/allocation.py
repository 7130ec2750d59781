"""What a portfolio is made of, by group."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from shared.finance.apportionment import apportion, exact_sum, percentages
from shared.finance.money import EXACT, minor_unit, round_money

# Groups that no asset names: a portfolio's cash, and what has no data.
CASH: Final = "CASH"
UNCLASSIFIED: Final = "UNCLASSIFIED"
PERCENT_PLACES: Final = 4


class Grouping(StrEnum):
    """What constituents are put together by; each but the last names a field of theirs."""

    ASSET_TYPE = "asset_type"
    SECTOR = "sector"
    CURRENCY = "currency"
    COUNTRY = "country"
    INDIVIDUAL = "individual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constituent:
    """One asset that a portfolio holds.

    Attributes:
        value: of all that is held of it, in the portfolio's currency, not rounded; None is unknown.
    """

    symbol: str
    name: str
    asset_type: str
    currency: str
    sector: str | None = None
    country: str | None = None
    value: Decimal | None

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
        value: of those of its constituents that have one, rounded; None where none has.
        percentage: of all that is valued, with 4 decimals; None where that is not more than 0.
    """

    key: str
    label: str
    value: Decimal | None
    percentage: Decimal | None
    position_count: int


@dataclass(slots=True)
class _Group:
    key: str
    label: str
    values: list[Decimal]
    position_count: int = 0


def allocate(
    constituents: Sequence[Constituent], cash: Decimal | None, grouping: Grouping, currency: str
) -> list[Slice]:
    """Return the groups of a portfolio, largest first, of equal ones by key; unknown ones last.

    Values sum to the rounded value of all that is valued, and percentages to exactly 100. Each
    asset alone is a group of its own, whatever its symbol.

    Args:
        cash: a group of its own, unless it is 0, whatever else has the key CASH; None is unknown.
        currency: the portfolio's.
    """
    groups = _grouped(constituents, grouping)
    if cash is None or round_money(cash, currency):
        groups.append(_Group(CASH, "Cash", [] if cash is None else [cash]))
    valued = sorted(
        ((exact_sum(group.values), group) for group in groups if group.values),
        key=lambda pair: (EXACT.minus(pair[0]), pair[1].key),
    )
    parts = [part for part, _ in valued]
    amounts = apportion(parts, minor_unit(currency))
    shares: Sequence[Decimal | None] = percentages(parts, PERCENT_PLACES) or [None] * len(parts)
    unknown = sorted((group for group in groups if not group.values), key=lambda group: group.key)
    return [
        _slice(group, amount, share)
        for (_, group), amount, share in zip(valued, amounts, shares, strict=True)
    ] + [_slice(group, None, None) for group in unknown]


def sum_of(slices: Iterable[Slice]) -> Decimal:
    """Return the value of all `slices` that have one."""
    return exact_sum(part.value for part in slices if part.value is not None)


def _slice(group: _Group, value: Decimal | None, percentage: Decimal | None) -> Slice:
    return Slice(
        key=group.key,
        label=group.label,
        value=value,
        percentage=percentage,
        position_count=group.position_count,
    )


def _grouped(constituents: Sequence[Constituent], grouping: Grouping) -> list[_Group]:
    groups: dict[str | int, _Group] = {}
    for place, constituent in enumerate(constituents):
        key, label = constituent.group(grouping)
        # Two assets may have one symbol, a public and a private one.
        apart = place if grouping is Grouping.INDIVIDUAL else key
        group = groups.setdefault(apart, _Group(key, label, []))
        group.position_count += 1
        if constituent.value is not None:
            group.values.append(constituent.value)
    return list(groups.values())
