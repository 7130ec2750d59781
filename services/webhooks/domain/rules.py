"""What an alert rule must and may say, by its kind."""

from collections.abc import Mapping
from typing import Any, Final

from services.webhooks.domain import names
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
# A rule that changes in one of these watches something else from then on.
CONDITION: Final = frozenset({"kind", "threshold", "is_active", *_OPTIONAL})


def decimals(kind: str, currency: str | None) -> int:
    """Return how many decimals a rule's numbers have at least: a portfolio's value those of money.

    Args:
        currency: of the rule's portfolio.
    """
    return minor_unit(currency) if currency and kind in names.MONEY_KINDS else _DECIMALS


def completed(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return `rule` with the window that a rule on a change has by default."""
    changes = rule["kind"] in names.CHANGE_KINDS and rule.get("window_days") is None
    return {**rule, "window_days": _DEFAULT_WINDOW} if changes else dict(rule)


def faults(rule: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with a complete rule: field → messages; nothing when it is sound."""
    kind = rule["kind"]
    found: dict[str, list[str]] = {}
    for field in _OPTIONAL:
        given = rule.get(field) is not None
        if field in _NEEDS[kind] and not given:
            found[field] = [f"A rule of the kind {kind} needs it."]
        elif field not in _NEEDS[kind] and given:
            found[field] = [f"A rule of the kind {kind} has none."]
    threshold = rule["threshold"]
    if kind in (names.PRICE_ABOVE, names.PRICE_BELOW) and threshold <= 0:
        found["threshold"] = ["A price is greater than 0."]
    if kind in names.CHANGE_KINDS and threshold == 0:
        found["threshold"] = ["A change is not 0."]
    return found
