"""What we ask the owners of portfolios and assets, when an event is missing or not here yet."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from services.analytics.domain.packing import COLUMNS, History, PriceDay
from shared.client import ServiceClient
from shared.events import cards
from shared.identity import Signer

Number = str | int | None

# Of 64 characters, three bytes each when they are escaped: the request line stays under gunicorn's
# 8190 bytes.
SYMBOLS_AT_ONCE: Final = 40

_NO_HISTORY: Final = History.of(())


class PortfolioSnapshot(NamedTuple):
    """A portfolio as of one sequence.

    Attributes:
        entries: its whole ledger; events on its card carry none.
    """

    sequence: int
    card: cards.Portfolio
    entries: Sequence[cards.Entry] = ()


class AssetSnapshot(NamedTuple):
    """An asset as of one sequence.

    Attributes:
        history, splits: all of them; events on its card carry none.
    """

    sequence: int
    card: cards.Asset
    history: History = _NO_HISTORY
    splits: Mapping[date, str] = {}


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
        card = cards.Portfolio.of(answer["portfolio"])
        entries = list(map(cards.Entry.of, answer["transactions"]))
        return PortfolioSnapshot(answer["sequence"], card, entries)

    def asset(self, asset_id: int) -> AssetSnapshot:
        """Return an asset with its prices and splits.

        Raises:
            NotFound: there is none of that id.
            Unavailable: its owner does not answer.
        """
        answer = self._assets.get(f"assets/{asset_id}/prices/")
        card = cards.Asset.of(answer["asset"])
        splits = {date.fromisoformat(split["date"]): split["ratio"] for split in answer["splits"]}
        return AssetSnapshot(answer["sequence"], card, _history(answer), splits)

    def meant_by(self, symbols: Sequence[str], user_id: int) -> dict[str, int]:
        """Return the active asset that a user means by each symbol: symbol in capitals → id.

        Of equal symbols their own goes before a public one; one that is no asset is left out.

        Args:
            symbols: `SYMBOLS_AT_ONCE` at most.

        Raises:
            Unavailable: their owner does not answer.
        """
        # The others can be none; and a comma would separate two.
        sound = [symbol for symbol in symbols if symbol.isascii() and "," not in symbol]
        if not sound:
            return {}
        ids: dict[str, int] = {}
        query = {"symbols": ",".join(sound), "user": user_id}
        for card in self._assets.get("assets/by-symbols/", query)["assets"]:
            if card["is_active"]:
                ids.setdefault(card["symbol"], card["id"])
        return ids


def price_day(price: Mapping[str, Any]) -> PriceDay:
    """Return what the catalogue's `Price` says."""
    return _day(price["date"], *(price[name] for name in COLUMNS))


def _history(answer: Mapping[str, Any]) -> History:
    days: Sequence[str] = answer["dates"]
    columns = [answer[name] or [None] * len(days) for name in COLUMNS]
    prices = (_day(day, *values) for day, *values in zip(days, *columns, strict=True))
    # A process of the release before tells none.
    return History.of(prices, map(date.fromisoformat, answer.get("trade_days", ())))


def _day(day: str, close: str, *others: Number) -> PriceDay:
    return PriceDay(date.fromisoformat(day), float(close), *map(_number, others))


def _number(value: Number) -> float | None:
    return None if value is None else float(value)
