"""What events and internal APIs say of a row, with types; in JSON it is the catalogue's schemas.

Ids of other rows are named as columns are: what says `owner` there is `owner_id` here.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple, Self

Json = Mapping[str, Any]

# The source of a close that is merely the price of a trade: any other price takes its place.
TRADE: Final = "trade"


class Asset(NamedTuple):
    """The catalogue's `AssetCard`."""

    id: int
    owner_id: int | None
    symbol: str
    name: str
    asset_type: str
    currency: str
    isin: str | None
    exchange: str | None
    sector: str | None
    industry: str | None
    country: str | None
    is_active: bool
    current_price: Decimal | None
    previous_close: Decimal | None
    price_date: date | None
    split_dates: Sequence[date]
    # A process of the release before tells none.
    price_source: str | None = None

    @classmethod
    def of(cls, card: Json) -> Self:
        """Return what a card in JSON says."""
        values = _same(cls, card) | {
            "owner_id": card["owner"],
            "current_price": _decimal(card["current_price"]),
            "previous_close": _decimal(card["previous_close"]),
            "price_date": card["price_date"] and date.fromisoformat(card["price_date"]),
            "split_dates": [date.fromisoformat(day) for day in card["split_dates"]],
        }
        return cls(**values)


class Portfolio(NamedTuple):
    """The catalogue's `PortfolioCard`."""

    id: int
    owner_id: int
    name: str
    currency: str
    cost_basis_method: str
    is_active: bool

    @classmethod
    def of(cls, card: Json) -> Self:
        """Return what a card in JSON says."""
        return cls(**_same(cls, card), owner_id=card["owner"])


class Entry(NamedTuple):
    """The catalogue's `Transaction`, as far as numbers depend on it."""

    id: int
    portfolio_id: int
    asset_id: int | None
    transaction_type: str
    date: date
    position_in_day: int
    quantity: Decimal | None
    price: Decimal | None
    fees: Decimal
    taxes: Decimal
    cash_effect: Decimal
    currency: str
    exchange_rate: Decimal | None
    ratio: str | None

    @classmethod
    def of(cls, entry: Json) -> Self:
        """Return what an entry in JSON says."""
        numbers = ("quantity", "price", "fees", "taxes", "cash_effect", "exchange_rate")
        values = _same(cls, entry) | {name: _decimal(entry[name]) for name in numbers}
        values["date"] = date.fromisoformat(entry["date"])
        return cls(**values, portfolio_id=entry["portfolio"], asset_id=entry["asset"])


def _same(kind: type[Any], card: Json) -> dict[str, Any]:
    return {name: card[name] for name in kind._fields if name in card}


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
