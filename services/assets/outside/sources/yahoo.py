"""Yahoo Finance through the library yfinance, an optional extra (requirements/yahoo.txt)."""

import importlib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeVar

from services.assets.domain.feeds import (
    DataSourceError,
    Delivery,
    Match,
    SourceDown,
    SourceTooSlow,
    Wanted,
)
from services.assets.domain.quotes import Bar
from services.assets.domain.splits import Split

Answer = TypeVar("Answer")

_LARGEST_RATIO_PART: Final = 1000  # Yahoo writes 1:3 as 0.333333


# What it calls an asset goes into an address of its own as it stands.
_SYMBOL: Final = re.compile(r"[A-Za-z0-9.^=_-]*[A-Za-z0-9][A-Za-z0-9.^=_-]*")
_PAIR: Final = re.compile(r"[A-Z]{6}")
_KINDS: Final = {
    "EQUITY": "STOCK",
    "ETF": "ETF",
    "MUTUALFUND": "MUTUAL_FUND",
    "INDEX": "INDEX",
    "CRYPTOCURRENCY": "CRYPTO",
    "CURRENCY": "CURRENCY",
    "FUTURE": "COMMODITY",
}
# The library's errors of one symbol; all others would come with the next symbol too.
_UNKNOWN: Final = ("YFTickerMissingError", "YFTzMissingError", "YFPricesMissingError")


class Yahoo:
    """Asks Yahoo Finance; its prices are adjusted for splits."""

    name = "yahoo"
    description = (
        "Yahoo Finance: daily prices and splits. A symbol has its exchange (SAP.DE, VOD.L, BTC-EUR,"
        " ^GSPC, EURUSD=X); a search takes names and ISINs."
    )
    kinds: Sequence[str] = tuple(_KINDS.values())
    takes_isins = True

    def __init__(self) -> None:
        # Imported only where it is configured: nothing else needs it.
        self._library = importlib.import_module("yfinance")
        self._data = importlib.import_module("yfinance.data").YfData
        self._library.config.debug.hide_exceptions = False
        # Some of the library's requests have time limits of their own, longer than ours.
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="yahoo")

    def history(self, wanted: Wanted, within: float) -> Delivery:
        """Return Yahoo's daily prices: see `Source.history`."""
        symbol = _symbol(wanted)
        return self._answer(within, lambda: self._prices(symbol, wanted.since, within), symbol)

    def search(self, text: str, within: float) -> list[Match]:
        """Return what Yahoo finds: see `Source.search`."""
        return self._answer(within, lambda: self._found(text, within), text)

    def _answer(self, within: float, ask: Callable[[], Answer], symbol: str) -> Answer:
        future = self._threads.submit(ask)
        try:
            return future.result(timeout=within)
        except TimeoutError as error:
            future.cancel()
            raise SourceTooSlow("Yahoo Finance did not answer in time.") from error
        except Exception as error:  # the library's own, and those of all that it stands on
            # It keeps answers in memory, what an outage answers too.
            self._data().cache_get.cache_clear()
            if type(error).__name__ in _UNKNOWN:
                raise DataSourceError(f"Yahoo Finance has no prices of {symbol}.") from error
            raise SourceDown("Yahoo Finance does not answer.") from error

    def _prices(self, symbol: str, since: date | None, within: float) -> Delivery:
        ticker = self._library.Ticker(symbol)
        window = {"period": "max"} if since is None else {"start": since}
        days = ticker.history(**window, auto_adjust=False, timeout=within)
        rows = list(zip(days.index, days.to_dict("records"), strict=True))
        return delivery(rows, ticker.history_metadata.get("currency"))

    def _found(self, text: str, within: float) -> list[Match]:
        search = self._library.Search(text, news_count=0, lists_count=0, timeout=within)
        return matches(search.quotes)


def _symbol(wanted: Wanted) -> str:
    """Return what Yahoo calls an asset; a pair has a suffix there."""
    symbol = wanted.symbol
    if not _SYMBOL.fullmatch(symbol):
        raise DataSourceError(f"Yahoo Finance has no prices of {symbol}.")
    return f"{symbol}=X" if wanted.asset_type == "CURRENCY" and _PAIR.fullmatch(symbol) else symbol


def matches(found: Iterable[Mapping[str, Any]]) -> list[Match]:
    """Return what Yahoo's search found; what has no price (a private company) is left out."""
    return [
        Match(
            quote["symbol"],
            quote.get("longname") or quote.get("shortname") or quote["symbol"],
            _KINDS.get(quote.get("quoteType", ""), "OTHER"),
            quote.get("exchDisp") or quote.get("exchange"),
        )
        for quote in found
        if quote.get("isYahooFinance", True)
    ]


def delivery(rows: Iterable[tuple[Any, Mapping[str, float]]], currency: str | None) -> Delivery:
    """Return Yahoo's table as a delivery.

    Args:
        rows: (time, the columns of `Ticker.history(auto_adjust=False)`).
        currency: Yahoo's, GBp among them.
    """
    bars, splits = [], []
    for time, row in rows:
        if not math.isnan(row["Close"]):
            bars.append(_bar(time.date(), row))
        if ratio := row.get("Stock Splits"):
            splits.append(Split(time.date(), _ratio(ratio)))
    return Delivery(bars, splits, "split_adjusted", currency)


def _bar(day: date, row: Mapping[str, float]) -> Bar:
    prices = [_price(row[name]) for name in ("Close", "Open", "High", "Low")]
    close, opened, high, low = prices
    # Rounded from 32-bit numbers, the four may miss each other by their last digit.
    traded = [price for price in (close, opened) if price]
    return Bar(
        date=day,
        close=close or Decimal(0),
        open=opened,
        high=max([high, *traded]) if high else None,
        low=min([low, *traded]) if low else None,
        volume=int(row["Volume"]) if row["Volume"] > 0 else None,
    )


def _price(value: float) -> Decimal | None:
    """Return a price in the seven digits that Yahoo's 32-bit numbers have; None for none."""
    return None if math.isnan(value) or value == 0 else Decimal(f"{value:.7g}")


def _ratio(value: float) -> Fraction:
    return Fraction(value).limit_denominator(_LARGEST_RATIO_PART)
