"""What we ask the owners of portfolios and assets, when an event is missing or not here yet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.analytics.domain.packing import History, PriceDay
from shared.client import ServiceClient
from shared.identity import Signer

Card = Mapping[str, Any]


@dataclass(frozen=True)
class PortfolioSnapshot:
    """A portfolio with its whole ledger, as of one version; cards as the events carry them."""

    version: int
    card: Card
    transactions: list[Card]


@dataclass(frozen=True)
class AssetSnapshot:
    """An asset with its whole history, as of one version."""

    version: int
    card: Card
    history: History
    splits: dict[date, str]


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
        return PortfolioSnapshot(answer["version"], answer["portfolio"], answer["transactions"])

    def asset(self, asset_id: int) -> AssetSnapshot:
        """Return an asset with its prices and splits.

        Raises:
            NotFound: there is none of that id.
            Unavailable: its owner does not answer.
        """
        prices = self._assets.get(f"assets/{asset_id}/prices/")
        answer = self._assets.get(f"assets/{asset_id}/")
        # The version of the older of the two: events after it are applied again and set the same.
        return AssetSnapshot(
            min(prices["version"], answer["version"]),
            answer["asset"],
            History.of(price_day(price) for price in prices["prices"]),
            {date.fromisoformat(s["date"]): s["ratio"] for s in prices.get("splits", [])},
        )

    def portfolio_ids(self) -> Iterator[int]:
        """Yield the id of every portfolio, ascending."""
        return _ids(self._portfolios, "portfolios/")

    def asset_ids(self) -> Iterator[int]:
        """Yield the id of every asset, ascending."""
        return _ids(self._assets, "assets/")


def _ids(client: ServiceClient, path: str) -> Iterator[int]:
    after = 0
    while page := client.get(path, {"after": after})["results"]:
        for row in page:
            after = row["id"]
            yield after


def price_day(price: Card) -> PriceDay:
    """Return one day's prices as events and the owner's list carry them."""
    return PriceDay(
        date.fromisoformat(price["date"]),
        float(price["close"]),
        *(_number(price.get(name)) for name in ("open", "high", "low", "volume")),
    )


def _number(value: str | int | None) -> float | None:
    return None if value is None else float(value)
