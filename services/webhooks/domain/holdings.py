"""What a ledger leaves in hand, as far as it matters who holds an asset."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from shared.money import EXACT, round_to

_SIGNS: Final = {"BUY": 1, "TRANSFER_IN": 1, "SELL": -1, "TRANSFER_OUT": -1}
_PLACES: Final = 8


def held(transactions: Iterable[Mapping[str, Any]]) -> dict[int, Decimal]:
    """Return asset → quantity after `transactions`, which are in the ledger's order.

    Args:
        transactions: as the catalogue says of `Transaction`.
    """
    quantities: dict[int, Decimal] = {}
    for entry in transactions:
        if (asset := entry["asset"]) is not None:
            quantities[asset] = _after(quantities.get(asset, Decimal(0)), entry)
    return quantities


def _after(quantity: Decimal, entry: Mapping[str, Any]) -> Decimal:
    kind = entry["transaction_type"]
    if kind == "SPLIT":
        new, _, old = entry["ratio"].partition(":")
        return round_to(EXACT.divide(EXACT.multiply(quantity, Decimal(new)), Decimal(old)), _PLACES)
    if kind == "ADJUSTMENT":
        return Decimal(entry["quantity"])
    if sign := _SIGNS.get(kind):
        return EXACT.add(quantity, sign * Decimal(entry["quantity"]))
    return quantity
