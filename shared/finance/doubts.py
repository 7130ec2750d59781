"""Doubts about a value: what is missing, stale, not booked or overdrawn.

The rules of time stand in `days`, those of what is held in each service, which finds it in its own
tables.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final


class Doubt(StrEnum):
    """The code of a doubt; clients match on it, so a code never changes its meaning."""

    PRICE_MISSING = "price_missing"
    RATE_MISSING = "rate_missing"
    STALE_PRICE = "stale_price"
    TRADE_PRICE = "trade_price"
    SPLIT_NOT_BOOKED = "split_not_booked"
    NEGATIVE_CASH = "negative_cash"


_SPLIT_NOT_BOOKED: Final = (
    "{symbol} was held over its split on {day}, and the ledger has no SPLIT on that day."
)

# What is to be said of a value as it is now.
OF_NOW: Final[Mapping[Doubt, str]] = {
    Doubt.PRICE_MISSING: "{symbol} has no price yet.",
    Doubt.RATE_MISSING: "There is no exchange rate from {source} to {target}.",
    Doubt.STALE_PRICE: "The last price or rate of {symbol} is from {day}, "
    "more than five weekdays ago.",
    Doubt.TRADE_PRICE: "The last price of {symbol}, from {day}, is merely that of a trade.",
    Doubt.SPLIT_NOT_BOOKED: _SPLIT_NOT_BOOKED,
    Doubt.NEGATIVE_CASH: "Cash is negative: a deposit may not be booked yet.",
}

# What is to be said of the values of many days, each of which names one.
OF_HISTORY: Final[Mapping[Doubt, str]] = {
    Doubt.PRICE_MISSING: "{symbol} was held on {day} without any price on or before that day.",
    Doubt.RATE_MISSING: "There is no exchange rate from {pair} on or before {day}.",
    Doubt.STALE_PRICE: "The value on {day} rests on a price or rate of {symbol} "
    "from {price_date}, more than five weekdays older.",
    Doubt.TRADE_PRICE: "The value on {day} rests on a price of {symbol} "
    "from {price_date} that is merely that of a trade.",
    Doubt.SPLIT_NOT_BOOKED: _SPLIT_NOT_BOOKED,
    Doubt.NEGATIVE_CASH: "Cash is negative on {count} days; the first is {day}.",
}


def doubts_of_price(day: date | None, oldest_fresh: date, *, of_trade: bool) -> list[Doubt]:
    """Return what is doubtful of a last price.

    Args:
        day: of the price; None is no price.
        oldest_fresh: see `days.oldest_fresh`.
        of_trade: whether it is merely the price of a trade.
    """
    if day is None:
        return [Doubt.PRICE_MISSING]
    stale = [Doubt.STALE_PRICE] if day < oldest_fresh else []
    return stale + ([Doubt.TRADE_PRICE] if of_trade else [])
