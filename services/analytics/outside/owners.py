"""What we ask the owners of portfolios and assets, when an event is missing or not here yet."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple, Self

from services.analytics.domain.packing import COLUMNS, History, PriceDay
from shared.client import ServiceClient
from shared.identity import Signer

Card = Mapping[str, Any]
Number = str | int | None

_NO_HISTORY: Final = History.of(())
_DECIMALS: Final = (
    "quantity",
    "price",
    "fees",
    "taxes",
    "cash_effect",
    "exchange_rate",
)


class EntryRow(NamedTuple):
    """An entry of a ledger, by the names of our columns."""

    id: int
    portfolio_id: int
    asset_id: int | None
    date: date
    position_in_day: int
    transaction_type: str
    quantity: Decimal | None
    price: Decimal | None
    fees: Decimal
    taxes: Decimal
    cash_effect: Decimal
    currency: str
    exchange_rate: Decimal | None
    ratio: str | None

    @classmethod
    def of(cls, entry: Card) -> Self:
        """Return what the catalogue's `Transaction` says."""
        values = {name: entry[name] for name in cls._fields if name in entry}
        values |= {name: _decimal(entry[name]) for name in _DECIMALS}
        values |= {"portfolio_id": entry["portfolio"], "asset_id": entry["asset"]}
        return cls(**values | {"date": date.fromisoformat(entry["date"])})


class PortfolioSnapshot(NamedTuple):
    """A portfolio as of one sequence, by the names of our columns.

    Attributes:
        entries: its whole ledger; events on its card carry none.
    """

    id: int
    sequence: int
    owner_id: int
    name: str
    currency: str
    cost_basis_method: str
    entries: Sequence[EntryRow] = ()

    @classmethod
    def of(cls, sequence: int, card: Card) -> Self:
        """Return what a card says, which is the catalogue's `PortfolioCard`."""
        values = {name: card[name] for name in cls._fields if name in card}
        return cls(**values | {"sequence": sequence, "owner_id": card["owner"]})


class AssetSnapshot(NamedTuple):
    """An asset as of one sequence, by the names of our columns.

    Attributes:
        history, splits: all of them; events on its card carry none.
    """

    id: int
    sequence: int
    owner_id: int | None
    symbol: str
    name: str
    asset_type: str
    currency: str
    sector: str | None
    country: str | None
    is_active: bool
    history: History = _NO_HISTORY
    splits: Mapping[date, str] = {}

    @classmethod
    def of(cls, sequence: int, card: Card) -> Self:
        """Return what a card says, which is the catalogue's `AssetCard`."""
        values = {name: card[name] for name in cls._fields if name in card}
        return cls(**values | {"sequence": sequence, "owner_id": card["owner"]})


class Owners:
    """The internal APIs of the portfolio and the assets service."""

    def __init__(self, urls: Mapping[str, str], signer: Signer) -> None:
        self._portfolios = ServiceClient("portfolio", urls["portfolio"], signer)
        self._assets = ServiceClient("assets", urls["assets"], signer)

    def portfolio_ids(self) -> Iterator[int]:
        """Yield the id of every portfolio, ascending."""
        return self._portfolios.ids("portfolios")

    def asset_ids(self) -> Iterator[int]:
        """Yield the id of every asset, ascending."""
        return self._assets.ids("assets")

    def portfolio(self, portfolio_id: int) -> PortfolioSnapshot:
        """Return a portfolio with its ledger.

        Raises:
            NotFound: there is none of that id.
            Unavailable: its owner does not answer.
        """
        answer = self._portfolios.get(f"portfolios/{portfolio_id}/")
        snapshot = PortfolioSnapshot.of(answer["sequence"], answer["portfolio"])
        return snapshot._replace(entries=list(map(EntryRow.of, answer["transactions"])))

    def asset(self, asset_id: int) -> AssetSnapshot:
        """Return an asset with its prices and splits.

        Raises:
            NotFound: there is none of that id.
            Unavailable: its owner does not answer.
        """
        answer = self._assets.get(f"assets/{asset_id}/prices/")
        snapshot = AssetSnapshot.of(answer["sequence"], answer["asset"])
        splits = {date.fromisoformat(split["date"]): split["ratio"] for split in answer["splits"]}
        return snapshot._replace(history=_history(answer), splits=splits)


def price_day(price: Card) -> PriceDay:
    """Return what the catalogue's `Price` says."""
    return _day(price["date"], *(price[name] for name in COLUMNS))


def _history(answer: Mapping[str, Any]) -> History:
    days: Sequence[str] = answer["dates"]
    columns = [answer[name] or [None] * len(days) for name in COLUMNS]
    return History.of(_day(day, *values) for day, *values in zip(days, *columns, strict=True))


def _day(day: str, close: str, *others: Number) -> PriceDay:
    return PriceDay(date.fromisoformat(day), float(close), *map(_number, others))


def _number(value: Number) -> float | None:
    return None if value is None else float(value)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
