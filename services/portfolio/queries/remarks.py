"""Warnings: what the reader of a value should know; the codes are the contract's."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from shared.events.cards import TRADE
from shared.finance.doubts import OF_NOW, Doubt, doubts_of_price
from shared.finance.rates import Rate

Warning = dict[str, str]


class LastPrice(NamedTuple):
    """Where the last price of something held comes from; of no price the day is None."""

    symbol: str
    day: date | None
    source: str | None


def price(field: str, last: LastPrice, oldest_fresh: date) -> list[Warning]:
    """Return the warnings of a last price that is missing, stale, or merely that of a trade."""
    doubts = doubts_of_price(last.day, oldest_fresh, of_trade=last.source == TRADE)
    return [_doubted(field, doubt, symbol=last.symbol, day=last.day) for doubt in doubts]


def rates(
    field: str,
    missing: Iterable[str],
    used: Iterable[Rate | None],
    target: str,
    oldest_fresh: date,
) -> list[Warning]:
    """Return the warnings of the exchange rates into `target` that a value rests on.

    Args:
        missing: currencies whose rate is not known.
        used: rates; what is None stands in `missing`.
    """
    return [rate_missing(field, source, target) for source in missing] + [
        _doubted(field, Doubt.STALE_PRICE, symbol=" and ".join(rate.pairs), day=rate.day)
        for rate in used
        if rate and rate.day and rate.day < oldest_fresh
    ]


def rate_missing(field: str, source: str, target: str) -> Warning:
    """Return the warning of a value that needs an exchange rate which is not known."""
    return _doubted(field, Doubt.RATE_MISSING, source=source, target=target)


def split_not_booked(field: str, symbol: str, day: date) -> Warning:
    """Return the warning of something held over a split that its ledger does not know."""
    return _doubted(field, Doubt.SPLIT_NOT_BOOKED, symbol=symbol, day=day)


def negative_cash(field: str) -> Warning:
    """Return the warning of cash below zero."""
    return _doubted(field, Doubt.NEGATIVE_CASH)


def no_cost_basis(field: str) -> Warning:
    """Return the warning of a percentage of nothing."""
    return _warning(field, "no_cost_basis", "Nothing is held that cost anything.")


def nothing_to_divide(field: str) -> Warning:
    """Return the warning of percentages of nothing, or of less."""
    return _warning(field, "no_value", "All together is worth nothing that could be divided.")


def rows_skipped(count: int, reason: str) -> Warning:
    """Return the warning of rows of a file that are no transactions."""
    rows = "1 row" if count == 1 else f"{count} rows"
    return _warning("skipped", "rows_skipped", f"{rows} skipped: {reason}")


def minor_unit_converted(unit: str, currency: str) -> Warning:
    """Return the warning of an amount that was given in a hundredth of a currency."""
    message = f"{unit} is a hundredth of {currency}; the transaction is kept in {currency}."
    return _warning("currency", "minor_unit_converted", message)


def _doubted(field: str, doubt: Doubt, **facts: object) -> Warning:
    return _warning(field, doubt.value, OF_NOW[doubt].format(**facts))


def _warning(field: str, code: str, message: str) -> Warning:
    return {"field": field, "code": code, "message": message}
