"""Yahoo Finance through the library yfinance, an optional extra (requirements/yahoo.txt)."""

import importlib
import math
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from services.assets.domain.feeds import DataSourceError, Delivery, SourceTooSlow
from services.assets.domain.quotes import Bar
from services.assets.domain.splits import Split

_LARGEST_RATIO_PART: Final = 1000  # Yahoo writes 1:3 as 0.333333


class Yahoo:
    """Asks Yahoo Finance; its prices are adjusted for splits."""

    name = "yfinance"

    def __init__(self) -> None:
        # Imported only where it is configured: nothing else needs it.
        self._library = importlib.import_module("yfinance")
        self._library.config.debug.hide_exceptions = False
        # Some of the library's requests have time limits of their own, longer than ours.
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="yahoo")

    def history(self, symbol: str, since: date | None, within: float) -> Delivery:
        """Return Yahoo's daily prices: see `Source.history`."""
        future = self._threads.submit(self._ask, symbol, since, within)
        try:
            return future.result(timeout=within)
        except TimeoutError as error:
            raise SourceTooSlow("Yahoo Finance did not answer in time.") from error
        except Exception as error:  # the library's own, and those of all that it stands on
            raise DataSourceError(f"Yahoo Finance has no prices of {symbol}.") from error

    def _ask(self, symbol: str, since: date | None, within: float) -> Delivery:
        ticker = self._library.Ticker(symbol)
        window = {"period": "max"} if since is None else {"start": since}
        days = ticker.history(**window, auto_adjust=False, timeout=within)
        rows = list(zip(days.index, days.to_dict("records"), strict=True))
        return delivery(rows, ticker.history_metadata.get("currency"))


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
