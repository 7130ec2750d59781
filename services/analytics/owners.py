"""What we ask the owners of portfolios and assets, when an event is missing or not here yet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.analytics.domain.packing import COLUMNS, History, PriceDay
from shared.client import ServiceClient
from shared.identity import Signer

Card = Mapping[str, Any]
Number = str | int | None


@dataclass(frozen=True)
class PortfolioSnapshot:
    """A portfolio with its whole ledger, as of one sequence; cards as the events carry them."""

    sequence: int
    card: Card
    transactions: list[Card]


@dataclass(frozen=True)
class AssetSnapshot:
    """An asset with its whole history, as of one sequence."""

    sequence: int
    card: Card
    history: History
    splits: Mapping[date, str]


class Owners:
    """The internal APIs of the portfolio and the assets service."""

    def __init__(self, urls: Mapping[str, str], signer: Signer) -> None:
        self._portfolios = ServiceClient("portfolio", urls["portfolio"], signer)
        self._assets = ServiceClient("assets", urls["assets"], signer)

    def portfolio(self, portfolio_id: int) -> PortfolioSnapshot:
        """Return a portfolio with its ledger.

        Raises:
            NotFound: there is none of that id.
            Unavailable: its owner does not answer.
        """
        answer = self._portfolios.get(f"portfolios/{portfolio_id}/")
        return PortfolioSnapshot(answer["sequence"], answer["portfolio"], answer["transactions"])

    def asset(self, asset_id: int) -> AssetSnapshot:
        """Return an asset with its prices and splits.

        Raises:
            NotFound: there is none of that id.
            Unavailable: its owner does not answer.
        """
        answer = self._assets.get(f"assets/{asset_id}/prices/")
        splits = {date.fromisoformat(split["date"]): split["ratio"] for split in answer["splits"]}
        return AssetSnapshot(answer["sequence"], answer["asset"], _history(answer), splits)

    def portfolio_ids(self) -> Iterator[int]:
        """Yield the id of every portfolio, ascending."""
        return _ids(self._portfolios, "portfolios")

    def asset_ids(self) -> Iterator[int]:
        """Yield the id of every asset, ascending."""
        return _ids(self._assets, "assets")


def _ids(client: ServiceClient, name: str) -> Iterator[int]:
    after: int | None = 0
    while after is not None:
        page = client.get(f"{name}/", {"after_id": after})
        yield from (row["id"] for row in page[name])
        after = page["next_after_id"]


def _history(answer: Mapping[str, Any]) -> History:
    days: Sequence[str] = answer["dates"]
    columns = [answer[name] or [None] * len(days) for name in COLUMNS]
    return History.of(_day(day, *values) for day, *values in zip(days, *columns, strict=True))


def price_day(price: Card) -> PriceDay:
    """Return one day's prices as events carry them."""
    return _day(price["date"], *(price[name] for name in COLUMNS))


def _day(day: str, close: str, *others: Number) -> PriceDay:
    return PriceDay(date.fromisoformat(day), float(close), *map(_number, others))


def _number(value: Number) -> float | None:
    return None if value is None else float(value)
