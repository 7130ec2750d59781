"""What an alert rule may say, when its condition is met, and when it fires."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from services.webhooks.domain import names
from services.webhooks.domain.closes import change_percentage
from shared.finance.money import minor_unit

# Kind → what it needs besides a name and a threshold; the others stay empty.
_NEEDS: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(names.PRICE_KINDS, frozenset({"asset"})),
    **dict.fromkeys(names.VALUE_KINDS, frozenset({"portfolio"})),
    names.PRICE_CHANGE: frozenset({"asset", "window_days"}),
    names.VALUE_CHANGE: frozenset({"portfolio", "window_days"}),
    names.RISK: frozenset({"portfolio", "metric", "operator"}),
}
_OPTIONAL: Final = ("asset", "portfolio", "metric", "operator", "window_days")
_DEFAULT_WINDOW: Final = 1  # market day
_DECIMALS: Final = 2
ABOVE_KINDS: Final = (names.PRICE_ABOVE, names.VALUE_ABOVE)
_BELOW_KINDS: Final = (names.PRICE_BELOW, names.VALUE_BELOW)


class Rule(NamedTuple):
    """What a rule watches, and the condition that it waits for.

    Attributes:
        metric, operator: of a RISK_THRESHOLD; the operator is "gt" or "lt".
        window_days: of a rule on a change: since the close so many market days ago.
    """

    kind: str
    threshold: Decimal
    asset: int | None = None
    portfolio: int | None = None
    metric: str | None = None
    operator: str | None = None
    window_days: int | None = None


class Standing(NamedTuple):
    """Where a rule stands between two looks.

    Attributes:
        is_met: whether its condition held when it was looked at last; None before the first look.
        cooldown_seconds: how long it is quiet after a firing.
    """

    is_met: bool | None
    last_fired: datetime | None
    cooldown_seconds: int


def reading(rule: Rule, number: Decimal | None, base: Decimal | None) -> Decimal | None:
    """Return what a rule compares with its threshold: `number`, or its change in percent of `base`.

    Args:
        number: a price, a portfolio's value, a figure; None where there is none.
        base: what a change is measured against; None where it is not known.

    Returns:
        None where nothing can be said.
    """
    return number if rule.window_days is None else change_percentage(number, base)


def judge(rule: Rule, number: Decimal | None, base: Decimal | None) -> bool | None:
    """Return whether the condition of a rule is met; None where nothing can be said.

    Args:
        number, base: see `reading`.
    """
    value = reading(rule, number, base)
    if value is None:
        return None
    if rule.kind in ABOVE_KINDS or rule.operator == "gt":
        return value > rule.threshold
    if rule.kind in _BELOW_KINDS or rule.operator == "lt":
        return value < rule.threshold
    # Of a change a positive threshold is a move either way, a negative one a fall.
    if rule.threshold < 0:
        return value <= rule.threshold
    return value.copy_abs() >= rule.threshold


def turns(standing: Standing, is_met: bool | None) -> bool:
    """Return whether a rule that is met now, or not, stands elsewhere than before."""
    return is_met is not None and is_met is not standing.is_met


def fires(standing: Standing, is_met: bool | None, at: datetime) -> bool:
    """Return whether a rule fires: its condition was not met and now is, and it is not quiet.

    One that was never looked at only learns where it stands.

    Args:
        at: when it became so.
    """
    if not is_met or standing.is_met is not False:
        return False
    quiet = timedelta(seconds=standing.cooldown_seconds)
    return standing.last_fired is None or at - standing.last_fired >= quiet


def decimals(kind: str, currency: str | None) -> int:
    """Return how many decimals a rule's numbers have at least: a portfolio's value those of money.

    Args:
        currency: of the rule's portfolio.
    """
    return minor_unit(currency) if currency and kind in names.MONEY_KINDS else _DECIMALS


def completed(rule: Rule) -> Rule:
    """Return `rule` with the window that a rule on a change has by default."""
    changes = rule.kind in names.CHANGE_KINDS and rule.window_days is None
    return rule._replace(window_days=_DEFAULT_WINDOW) if changes else rule


def faults(rule: Rule) -> dict[str, list[str]]:
    """Return what is wrong with a complete rule: field → messages; nothing when it is sound."""
    messages: dict[str, list[str]] = {}
    for field in _OPTIONAL:
        is_given = getattr(rule, field) is not None
        if field in _NEEDS[rule.kind] and not is_given:
            messages[field] = [f"A rule of the kind {rule.kind} needs it."]
        elif field not in _NEEDS[rule.kind] and is_given:
            messages[field] = [f"A rule of the kind {rule.kind} has none."]
    if rule.kind in (names.PRICE_ABOVE, names.PRICE_BELOW) and rule.threshold <= 0:
        messages["threshold"] = ["A price is greater than 0."]
    if rule.kind in names.CHANGE_KINDS and rule.threshold == 0:
        messages["threshold"] = ["A change is not 0."]
    return messages
