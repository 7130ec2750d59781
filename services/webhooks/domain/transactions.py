"""A ledger entry as subscribers see it: what its own GET answers."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from shared.finance.money import plain, round_money, round_to, trimmed

# What the catalogue's `Transaction` says to valuations only.
_INTERNAL: Final = frozenset({"cash_effect", "position_in_day"})
_PLACES: Final = 8


def public(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return `entry`, the catalogue's `Transaction`, in the public API's form."""
    return {
        name: _FORMS[name](value, entry["currency"]) if name in _FORMS and value else value
        for name, value in entry.items()
        if name not in _INTERNAL
    }


def _quantity(value: str, _: str) -> str:
    return plain(round_to(Decimal(value), _PLACES))


def _money(value: str, currency: str) -> str:
    return plain(round_money(Decimal(value), currency))


def _rate(value: str, _: str) -> str:
    return trimmed(Decimal(value), 2)


def _time(value: str, _: str) -> str:
    return datetime.fromisoformat(value).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_FORMS: Final[Mapping[str, Callable[[str, str], str]]] = {
    "quantity": _quantity,
    "price": _quantity,
    "amount": _money,
    "fees": _money,
    "taxes": _money,
    "exchange_rate": _rate,
    "created": _time,
    "modified": _time,
}
