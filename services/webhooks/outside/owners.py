"""What we ask the owners of assets, portfolios and values, when it is not here yet."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from services.webhooks.domain.closes import Closes
from services.webhooks.domain.holdings import held
from shared.client import ServiceClient
from shared.errors import NotFound
from shared.events import cards
from shared.identity import Signer

# What a portfolio was worth on market days before some day, the newest first; None: not known.
EarlierValues = Sequence[Decimal | None]

AT_ONCE: Final = 500  # ids in one call: the request line stays under gunicorn's 8190 bytes
_NO_CLOSES: Final = Closes.of({})


class AssetSnapshot(NamedTuple):
    """An asset as of one sequence.

    Attributes:
        closes: the last ones; events and lists carry none.
    """

    sequence: int
    card: cards.Asset
    closes: Closes = _NO_CLOSES


class PortfolioSnapshot(NamedTuple):
    """A portfolio as of one sequence.

    Attributes:
        quantities: asset → what its ledger leaves in hand; events on its card carry none.
        told: asset → position and sequence of the event that had told of it when the owner was
            asked; what an event tells meanwhile is not older than the ledger.
    """

    sequence: int
    card: cards.Portfolio
    quantities: Mapping[int, Decimal] = {}
    told: Mapping[int, tuple[int, int]] = {}


class Owners:
    """The internal APIs of the portfolio, the assets and the analytics service."""

    def __init__(self, urls: Mapping[str, str], signer: Signer) -> None:
        self._values = ServiceClient("analytics", urls["analytics"], signer)
        self._portfolios = ServiceClient("portfolio", urls["portfolio"], signer)
        self._assets = ServiceClient("assets", urls["assets"], signer)

    def portfolio_ids(self) -> Iterator[int]:
        """Yield the id of every portfolio, ascending."""
        return self._portfolios.ids("portfolios")

    def asset_ids(self) -> Iterator[int]:
        """Yield the id of every asset, ascending."""
        return self._assets.ids("assets")

    def portfolio(self, portfolio_id: int) -> PortfolioSnapshot:
        """Return a portfolio with what it holds.

        Raises:
            NotFound: there is none of that id.
            Unavailable: its owner does not answer.
        """
        answer = self._portfolios.get(f"portfolios/{portfolio_id}/")
        card, quantities = cards.Portfolio.of(answer["portfolio"]), held(answer["transactions"])
        return PortfolioSnapshot(answer["sequence"], card, quantities)

    def assets(self, ids: Sequence[int]) -> Iterator[AssetSnapshot]:
        """Yield those of at most `AT_ONCE` assets that there are, without closes.

        Raises:
            Unavailable: their owner does not answer.
        """
        for card in self._assets.get("assets/by-ids/", {"ids": ",".join(map(str, ids))})["assets"]:
            yield AssetSnapshot(card["sequence"], cards.Asset.of(card))

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
        card = cards.Asset.of(answer["asset"])
        return AssetSnapshot(answer["sequence"], card, Closes.of(closes, splits))

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
