"""What we ask the owner of portfolios, when events of a ledger are missing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from services.assets.domain.trades import Trade
from shared.client import ServiceClient
from shared.events import cards
from shared.identity import Signer


class LedgerSnapshot(NamedTuple):
    """The trades of private assets in one ledger, by the id of the transaction."""

    sequence: int
    card: cards.Portfolio
    trades: Mapping[int, Trade]


class Owners:
    """The internal API of the portfolio service."""

    def __init__(self, urls: Mapping[str, str], signer: Signer) -> None:
        self._portfolios = ServiceClient("portfolio", urls["portfolio"], signer)

    def portfolio_ids(self) -> Iterator[int]:
        """Yield the id of every portfolio, ascending.

        Raises:
            Unavailable: their owner does not answer.
        """
        return self._portfolios.ids("portfolios")

    def named(self, asset_ids: Sequence[int]) -> set[int]:
        """Return those of the assets that transactions name.

        Raises:
            Unavailable: their owner does not answer.
        """
        ids = ",".join(map(str, asset_ids))
        return set(self._portfolios.get("assets/named/", {"ids": ids})["assets"])

    def ledger(self, portfolio_id: int) -> LedgerSnapshot:
        """Return the trades of a portfolio.

        Raises:
            NotFound: there is none of that id.
            Unavailable: its owner does not answer.
        """
        answer = self._portfolios.get(f"portfolios/{portfolio_id}/private_trades/")
        trades = {entry["id"]: Trade.of(entry) for entry in answer["transactions"]}
        return LedgerSnapshot(
            answer["sequence"],
            cards.Portfolio.of(answer["portfolio"]),
            {key: trade for key, trade in trades.items() if trade},
        )
