"""What a ledger leaves in hand, as far as it matters who holds an asset."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from shared.finance.entries import EntryType, quantity_after
from shared.finance.splits import parse_ratio


def held(transactions: Iterable[Mapping[str, Any]]) -> dict[int, Decimal]:
    """Return asset → quantity after `transactions`, which are in the ledger's order.

    Args:
        transactions: as the catalogue says of `Transaction`.
    """
    quantities: dict[int, Decimal] = {}
    for entry in transactions:
        if (asset := entry["asset"]) is not None:
            quantities[asset] = quantity_after(
                quantities.get(asset, Decimal(0)),
                EntryType(entry["transaction_type"]),
                None if entry["quantity"] is None else Decimal(entry["quantity"]),
                parse_ratio(entry["ratio"]) if entry["ratio"] else None,
            )
    return quantities
