"""What we ask the owner of portfolios, when events of a ledger are missing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from services.assets.domain.trades import Trade
from shared.client import ServiceClient, in_parts
from shared.events import cards
from shared.identity import Signer

_AT_ONCE: Final = 500  # ids in one call


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

    def released(self, asset_ids: Sequence[int]) -> set[int]:
        """Return those of the assets that no transaction names, and from now on none will.

        Raises:
            Unavailable: the owner of transactions does not answer.
        """
        released: set[int] = set()
        for some in in_parts(asset_ids, _AT_ONCE):
            answer = self._portfolios.post("assets/release/", {"assets": list(some)})
            released |= set(answer["assets"])
        return released

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
