"""Warnings: what the reader of a value should know; the codes are the contract's."""

from collections.abc import Iterable
from datetime import date

from shared.rates import Rate

Warning = dict[str, str]


def price_missing(field: str, symbol: str) -> Warning:
    """Return the warning of something held that has no price."""
    return _warning(field, "price_missing", f"{symbol} has no price yet.")


def stale_price(field: str, symbol: str, day: date) -> Warning:
    """Return the warning of a value that rests on something old."""
    message = f"The last price or rate of {symbol} is from {day}, more than five weekdays ago."
    return _warning(field, "stale_price", message)


def split_not_booked(field: str, symbol: str, day: date) -> Warning:
    """Return the warning of something held over a split that its ledger does not know."""
    message = f"{symbol} was held over its split on {day}, and the ledger has no SPLIT on that day."
    return _warning(field, "split_not_booked", message)


def rate_missing(field: str, source: str, target: str) -> Warning:
    """Return the warning of a value that needs an exchange rate which is not known."""
    return _warning(field, "rate_missing", f"There is no exchange rate from {source} to {target}.")


def negative_cash(field: str) -> Warning:
    """Return the warning of cash below zero."""
    return _warning(field, "negative_cash", "Cash is negative: a deposit may not be booked yet.")


def no_cost_basis(field: str) -> Warning:
    """Return the warning of a percentage of nothing."""
    return _warning(field, "no_cost_basis", "Nothing is held that cost anything.")


def nothing_to_divide(field: str) -> Warning:
    """Return the warning of percentages of nothing, or of less."""
    return _warning(field, "no_value", "All together is worth nothing that could be divided.")


def rows_skipped(count: int, reason: str) -> Warning:
    """Return the warning of rows of a file that are no transactions."""
    return _warning("skipped", "rows_skipped", f"{count}: {reason}")


def minor_unit_converted(given: str, kept: str) -> Warning:
    """Return the warning of an amount that was given in a hundredth of a currency."""
    message = f"{given} is a hundredth of {kept}; the transaction is kept in {kept}."
    return _warning("currency", "minor_unit_converted", message)


def stale_rates(field: str, rates: Iterable[Rate], oldest_fresh: date) -> list[Warning]:
    """Return the warnings of rates that rest on something old."""
    return [
        stale_price(field, " and ".join(rate.pairs), rate.day)
        for rate in rates
        if rate.day is not None and rate.day < oldest_fresh
    ]


def _warning(field: str, code: str, message: str) -> Warning:
    return {"field": field, "code": code, "message": message}
