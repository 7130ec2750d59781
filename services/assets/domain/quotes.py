"""Prices of a day: what a bar may be, and how a new quote changes the day's bar."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple

from shared.finance.money import MINOR_CURRENCIES, round_to

Faults = dict[str, list[str]]  # field → messages

PRICE_PLACES: Final = 8
PRICE_LIMIT: Final = Decimal(10**12)  # a price has at most 12 digits before the point
_MOST_VOLUME: Final = 2**63 - 1


class Bar(NamedTuple):
    """The prices of one asset on one day, as traded, in the asset's currency.

    Attributes:
        quoted_at: when the close was quoted; None for a plain end-of-day price.
    """

    date: date
    close: Decimal
    open: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    volume: int | None = None
    quoted_at: datetime | None = None


def faults(bar: Bar, latest: date) -> Faults:
    """Return what is wrong with a bar: field → messages; nothing when it is sound.

    Args:
        latest: the last day that may have a price.
    """
    messages: Faults = {}
    prices = [price for price in (bar.open, bar.high, bar.low, bar.close) if price is not None]
    lowest, highest = min(prices), max(prices)
    if lowest <= 0 or highest >= PRICE_LIMIT:
        messages |= _out_of_bounds(bar)
    if bar.high is not None and bar.high < highest:
        messages.setdefault("high", []).append("Must not be below another price of the day.")
    if bar.low is not None and bar.low > lowest:
        messages.setdefault("low", []).append("Must not be above another price of the day.")
    if bar.volume is not None and bar.volume < 0:
        messages["volume"] = ["Must not be negative."]
    elif bar.volume is not None and bar.volume > _MOST_VOLUME:
        messages["volume"] = [f"At most {_MOST_VOLUME}."]
    if bar.date > latest:
        messages["date"] = ["The date is in the future."]
    return messages


def _out_of_bounds(bar: Bar) -> Faults:
    messages: Faults = {}
    for field in ("open", "high", "low", "close"):
        price = getattr(bar, field)
        if price is not None and price <= 0:
            messages[field] = ["Must be greater than 0."]
        elif price is not None and price >= PRICE_LIMIT:
            messages[field] = ["At most 12 digits before the point."]
    return messages


def faults_of_all(bars: Iterable[Bar], latest: date) -> dict[int, Faults]:
    """Return what is wrong with each bar: index → field → messages.

    Two bars of one day are a fault of the second: nothing says which one is true.
    """
    by_index: dict[int, Faults] = {}
    seen: set[date] = set()
    for index, bar in enumerate(bars):
        wrong = faults(bar, latest)
        if bar.date in seen:
            wrong.setdefault("date", []).append("Another row has this date too.")
        seen.add(bar.date)
        if wrong:
            by_index[index] = wrong
    return by_index


def merged(day: Bar | None, quote: Bar, *, is_newest: bool) -> Bar:
    """Return the day's bar after one more quote of that day.

    A range only ever widens; the close is the one quoted last, whichever arrived last.

    Args:
        day: the bar so far; None for the first price of the day.
        quote: a sound bar of the same day.
        is_newest: whether no later day has a price yet. Then the quote is the market's own and
            the day's range begins with it; an older day's lone close says nothing of a range.
    """
    if is_newest:
        quote = _with_range(quote)
        day = _with_range(day) if day else None
    if day is None:
        return quote
    last = day if _is_later(day, quote) else quote
    opened = quote.open or day.open
    traded = [price for price in (opened, last.close) if price is not None]
    highs = [price for price in (day.high, quote.high) if price is not None]
    lows = [price for price in (day.low, quote.low) if price is not None]
    return Bar(
        date=day.date,
        close=last.close,
        open=opened,
        high=max(highs + traded) if highs else None,
        low=min(lows + traded) if lows else None,
        volume=quote.volume if quote.volume is not None else day.volume,
        quoted_at=last.quoted_at,
    )


def _with_range(bar: Bar) -> Bar:
    traded = [price for price in (bar.open, bar.close) if price is not None]
    return bar._replace(high=bar.high or max(traded), low=bar.low or min(traded))


def _is_later(day: Bar, quote: Bar) -> bool:
    return bool(day.quoted_at and quote.quoted_at and day.quoted_at > quote.quoted_at)


def major_currency(code: str) -> str:
    """Return the currency that prices in `code` are kept in: GBX → GBP, USD → USD."""
    return MINOR_CURRENCIES.get(code, code)


def in_major_units(bar: Bar) -> Bar:
    """Return a bar that was quoted in pence, cents or agorot in pounds, rand or shekels."""
    return bar._replace(
        close=_hundredth(bar.close),
        open=_hundredth(bar.open) if bar.open else None,
        high=_hundredth(bar.high) if bar.high else None,
        low=_hundredth(bar.low) if bar.low else None,
    )


def _hundredth(price: Decimal) -> Decimal:
    return round_to(price / 100, PRICE_PLACES)
