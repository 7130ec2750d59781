"""Stooq: daily prices of stocks, indices, currencies and commodities of the world.

Facts of its CSV (stooq.com/q/d/): `s` is the symbol in small letters, `d1` and `d2` the first and
last day, `i=d` daily; without `o` prices are adjusted for splits and dividends, each 1 of
`o=1111111` leaves one of the adjustments out. What it does not know is "No data", what it refuses
today "Exceeded the daily hits limit", both with status 200. It may want a key, which the
installation's address brings along.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from services.assets.domain.feeds import DataSourceError, Delivery, SourceDown, Wanted
from services.assets.domain.quotes import Bar
from services.assets.outside.sources.fetching import fetched, joined
from shared.errors import ValidationFailed

Reader = Callable[[bytes], list[Bar]]

_AS_TRADED: Final = "1111111"
# What an exchange's suffix says of the currency. London has pence and pounds under one suffix.
_CURRENCIES: Final = {"us": "USD", "de": "EUR", "jp": "JPY", "hk": "HKD", "hu": "HUF"}
_UNCLEAR: Final = "uk"


class Stooq:
    """Asks for one symbol.

    Args:
        read: returns the prices in a CSV file; raises ValidationFailed where it is none of prices.
    """

    name = "stooq"
    description = (
        "Stooq: daily prices, as traded. A symbol has its country (AAPL.US, SAP.DE); an index"
        " begins with ^ (^SPX), a pair is EURUSD. London's are left out, as it does not say whether"
        " they are pence or pounds."
    )
    kinds: Sequence[str] = ("STOCK", "ETF", "INDEX", "CURRENCY", "COMMODITY", "BOND")

    def __init__(self, address: str, read: Reader) -> None:
        self._address = address
        self._read = read

    def history(self, wanted: Wanted, within: float) -> Delivery:
        """Return the prices of a symbol: see `Source.history`."""
        symbol = wanted.symbol.lower()
        suffix = symbol.rpartition(".")[2]
        if suffix == _UNCLEAR:
            raise DataSourceError("Stooq does not say whether London's prices are in pence.")
        days = {}
        if wanted.since:
            days = {"d1": f"{wanted.since:%Y%m%d}", "d2": f"{datetime.now(UTC):%Y%m%d}"}
        body = fetched(joined(self._address, s=symbol, **days, i="d", o=_AS_TRADED), within)
        return Delivery(self._bars(symbol, body), currency=_CURRENCIES.get(suffix))

    def _bars(self, symbol: str, body: bytes) -> list[Bar]:
        if body.startswith(b"Exceeded"):
            raise SourceDown("Stooq answers no more today: its daily limit is reached.")
        if body.strip() in (b"No data", b""):
            raise DataSourceError(f"Stooq knows no {symbol}, or has no prices of these days.")
        try:
            return self._read(body)
        except ValidationFailed as error:
            raise DataSourceError("Stooq answered no prices that we can read.") from error
