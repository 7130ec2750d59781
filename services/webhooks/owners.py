"""What we ask the owners of assets and portfolios, when it is not here yet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.webhooks.domain.closes import Closes
from shared.client import ServiceClient
from shared.errors import NotFound
from shared.identity import Signer

Card = Mapping[str, Any]
# What a portfolio was worth on market days before some day, the newest first; None: not known.
EarlierValues = Sequence[Decimal | None]


@dataclass(frozen=True)
class AssetSnapshot:
    """An asset with its last closes, as of one sequence; the card as events carry it."""

    sequence: int
    card: Card
    closes: Closes


class Owners:
    """The internal APIs of the portfolio, the assets and the analytics service."""

    def __init__(self, urls: Mapping[str, str], signer: Signer) -> None:
        self._values = ServiceClient("analytics", urls["analytics"], signer)
        self._portfolios = ServiceClient("portfolio", urls["portfolio"], signer)
        self._assets = ServiceClient("assets", urls["assets"], signer)

    def asset(self, asset_id: int) -> AssetSnapshot:
        """Return an asset with its last closes.

        Raises:
            NotFound: there is none of that id.
            Unavailable: its owner does not answer.
        """
        answer = self._assets.get(f"assets/{asset_id}/prices/")
        pairs = zip(answer["dates"], answer["close"], strict=True)
        closes = {date.fromisoformat(day): Decimal(close) for day, close in pairs}
        splits = {date.fromisoformat(split["date"]): split["ratio"] for split in answer["splits"]}
        return AssetSnapshot(answer["sequence"], answer["asset"], Closes.of(closes, splits))

    def portfolio(self, portfolio_id: int) -> Mapping[str, Any]:
        """Return a portfolio's card and sequence, and its ledger in order.

        Raises:
            NotFound: there is none of that id.
            Unavailable: its owner does not answer.
        """
        answer: Mapping[str, Any] = self._portfolios.get(f"portfolios/{portfolio_id}/")
        return answer

    def values_before(self, portfolio_id: int, day: date) -> EarlierValues:
        """Return what a portfolio was worth on market days before `day`.

        Raises:
            Unavailable: analytics does not answer.
        """
        path, query = f"portfolios/{portfolio_id}/closes/", {"before": day.isoformat()}
        try:
            closes = self._values.get(path, query)["closes"]
        except NotFound:  # it has not heard of the portfolio yet, or it is gone
            return []
        return [None if close is None else Decimal(close) for close in closes]

    def portfolios(self) -> Iterator[Card]:
        """Yield the card of every portfolio, by id."""
        return _all(self._portfolios, "portfolios")

    def assets(self) -> Iterator[Card]:
        """Yield the card of every asset, with its sequence, by id."""
        return _all(self._assets, "assets")


def _all(client: ServiceClient, name: str) -> Iterator[Card]:
    after: int | None = 0
    while after is not None:
        page = client.get(f"{name}/", {"after_id": after})
        yield from page[name]
        after = page["next_after_id"]
