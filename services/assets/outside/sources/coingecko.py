"""CoinGecko: prices of crypto currencies.

Facts of its API (docs.coingecko.com): `coins/{id}/market_chart` answers `prices`, pairs of Unix
milliseconds and a price in `vs_currency`, one a day at midnight UTC and a last one of now; without
a plan at most the last 365 days. `search` answers `coins` with `id`, `name` and `symbol`. A key is
in the query, which the installation's address brings along.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from services.assets.domain.feeds import DataSourceError, Delivery, Match, Wanted
from services.assets.domain.quotes import PRICE_PLACES, Bar
from services.assets.outside.sources.fetching import fetched_json, joined, objects
from shared.finance.money import round_to

_MOST_DAYS: Final = 365
# A day of these markets ends at midnight; what is quoted then, or a little later, is its close.
_END_OF_DAY: Final = timedelta(hours=1)


class CoinGecko:
    """Asks for one coin by its id."""

    name = "coingecko"
    description = (
        "CoinGecko: crypto currencies, a close of each day (UTC) of the last year. What it calls a"
        " coin is an id to search for: bitcoin."
    )
    kinds: Sequence[str] = ("CRYPTO",)
    takes_isins = False

    def __init__(self, address: str) -> None:
        self._address = address

    def history(self, wanted: Wanted, within: float) -> Delivery:
        """Return the closes of a coin in the asset's currency: see `Source.history`."""
        days = _MOST_DAYS
        if wanted.since:
            days = min(days, (datetime.now(UTC).date() - wanted.since).days + 1)
        url = joined(
            self._address,
            "coins",
            wanted.symbol,
            "market_chart",
            vs_currency=wanted.currency.lower(),
            days=str(max(days, 1)),
            interval="daily",
        )
        answer = fetched_json(url, within)
        bars = list(_closes(answer))
        return Delivery([bar for bar in bars if wanted.since is None or bar.date >= wanted.since])

    def search(self, text: str, within: float) -> list[Match]:
        """Return the coins of a name or symbol: see `Source.search`."""
        answer = fetched_json(joined(self._address, "search", query=text), within)
        coins = objects(answer.get("coins") if isinstance(answer, dict) else None)
        return [
            Match(str(coin["id"]), f"{coin.get('name')} ({coin.get('symbol')})", "CRYPTO")
            for coin in coins
            if coin.get("id")
        ]


def _closes(answer: Any) -> Iterator[Bar]:
    """Yield the closes of a `market_chart`; a price of nothing is left out."""
    try:
        for milliseconds, price in answer["prices"]:
            moment = datetime.fromtimestamp(int(milliseconds) / 1000, UTC) - _END_OF_DAY
            if price:
                yield Bar(moment.date(), round_to(Decimal(price), PRICE_PLACES))
    except (KeyError, TypeError, ValueError, ArithmeticError, OSError) as error:
        raise DataSourceError("CoinGecko answered no prices that we can read.") from error
