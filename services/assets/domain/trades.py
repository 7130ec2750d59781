"""Trades of private assets, whose prices are closes where there are no others."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Self

from services.assets.domain.quotes import PRICE_LIMIT, PRICE_PLACES
from shared.finance.entries import TRADES
from shared.finance.money import round_to


class Trade(NamedTuple):
    """The price of a purchase or a sale, in its currency, on its day."""

    asset_id: int
    date: date
    price: Decimal
    currency: str

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self | None:
        """Return what an entry of a ledger says of a price; None where it says nothing.

        Args:
            entry: as the catalogue's `Transaction`.
        """
        if entry["transaction_type"] not in TRADES or entry["price"] is None:
            return None
        price = round_to(Decimal(entry["price"]), PRICE_PLACES)
        if not 0 < price < PRICE_LIMIT:  # given away, or implied by an amount that paid no price
            return None
        return cls(entry["asset"], date.fromisoformat(entry["date"]), price, entry["currency"])
