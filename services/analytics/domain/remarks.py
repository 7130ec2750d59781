"""What a reader of a portfolio's values must know: missing, stale, unbooked, overdrawn."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.series import AsOf, Days, are_stale, window
from services.analytics.domain.track import Request
from services.analytics.domain.valuation import Books, Line, Valuation
from shared.finance.entries import EntryType

Mask = npt.NDArray[np.bool_]


def remarks(
    valuation: Valuation, books: Books, first: np.datetime64, last: np.datetime64
) -> list[Warning]:
    """Return what concerns the values from ``first`` to ``last``.

    Prices or rates missing on any day up to ``last`` (they may be why the window starts later),
    stale ones, last prices that are merely those of trades, splits of an asset that the ledger has
    not booked by ``last`` (every value since one is wrong), and negative cash.
    """
    days = valuation.days
    inside = (days >= first) & (days <= last)
    warnings = _unknown_money(books, last)
    # What is missing leaves its day without a value.
    is_known = not np.isnan(valuation.values[days <= last]).any()
    for asset, line in valuation.lines.items():
        held = line.quantities != 0.0
        if not is_known:
            warnings += _missing(line, books.currency, days, held & (days <= last))
        warnings += _stale(line, books.currency, days, held & inside)
        warnings += _of_trade(books, asset, line, days, held & (days == last))
        warnings += _unbooked_splits(books, asset, last)
    return list(dict.fromkeys(warnings + _negative_cash(valuation, inside)))


def remarks_within(
    valuation: Valuation, books: Books, request: Request, first: np.datetime64 | None
) -> list[Warning]:
    """Return what concerns the values of a window whose first is that of ``first``, if any.

    Up to the last day of the window that the portfolio has, also where the last values are not
    known: why that is so is said here.
    """
    days = valuation.days
    positions = window(days, *request.within(days))
    if positions is None:
        return []
    return remarks(valuation, books, days[0] if first is None else first, days[positions[1]])


def remarks_on(valuation: Valuation, books: Books, day: np.datetime64) -> list[Warning]:
    """Return what concerns the value of one ``day`` alone."""
    days = valuation.days
    inside = days == day
    warnings = _unknown_money(books, day)
    for asset, line in valuation.lines.items():
        held = (line.quantities != 0.0) & inside
        warnings += _missing(line, books.currency, days, held)
        warnings += _stale(line, books.currency, days, held)
        warnings += _of_trade(books, asset, line, days, held)
        warnings += _unbooked_splits(books, asset, day)
    return list(dict.fromkeys(warnings + _negative_cash(valuation, inside)))


def _unknown_money(books: Books, last: np.datetime64) -> list[Warning]:
    ledger = books.ledger
    unknown = np.isnan(ledger.money(books.rates, books.currency)) & (ledger.days <= last)
    return [
        _no_rate(str(ledger.currencies[i]), books.currency, ledger.days[i])
        for i in np.flatnonzero(unknown)[:1]
    ]


def _missing(line: Line, currency: str, days: Days, held: Mask) -> list[Warning]:
    warnings = []
    without_price = np.flatnonzero(held & np.isnan(line.closes.values))
    if len(without_price):
        first = days[without_price[0]]
        warnings.append(warn("total_return", Code.PRICE_MISSING, symbol=line.symbol, day=first))
    without_rate = np.flatnonzero(held & np.isnan(line.rates.values))
    if len(without_rate):
        warnings.append(_no_rate(line.currency, currency, days[without_rate[0]]))
    return warnings


def _no_rate(source: str, target: str, day: np.datetime64) -> Warning:
    return warn("total_return", Code.RATE_MISSING, pair=f"{source} to {target}", day=day)


def _stale(line: Line, currency: str, days: Days, held: Mask) -> list[Warning]:
    warnings = []
    for symbol, sources in ((line.symbol, line.closes), (line.currency + currency, line.rates)):
        stale = last_stale(days, sources, held)
        if stale:
            facts = {"symbol": symbol, "day": stale.day, "price_date": stale.source}
            warnings.append(warn("total_return", Code.STALE_PRICE, **facts))
    return warnings


def _of_trade(books: Books, asset: int, line: Line, days: Days, held: Mask) -> list[Warning]:
    trade_days, dates = books.assets[asset].trade_days, line.closes.dates
    if not len(trade_days):
        return []
    facts = {"symbol": line.symbol}
    return [
        warn("total_return", Code.TRADE_PRICE, day=days[i], price_date=dates[i], **facts)
        for i in np.flatnonzero(held & np.isin(dates, trade_days))
    ]


class Stale(NamedTuple):
    """A day whose value rests on something too old."""

    day: np.datetime64
    source: np.datetime64


def last_stale(days: Days, sources: AsOf, relevant: Mask) -> Stale | None:
    """Return the last relevant day whose source is more than five weekdays older, if any."""
    dates = sources.dates
    if dates is days:  # each day has its own, as most assets do
        return None
    older = np.flatnonzero(relevant & (dates != days) & ~np.isnat(dates))
    stale = older[are_stale(dates[older], days[older])]
    return Stale(days[stale[-1]], dates[stale[-1]]) if len(stale) else None


def _unbooked_splits(books: Books, asset: int, last: np.datetime64) -> list[Warning]:
    held, quotes = books.ledger.held[asset], books.assets[asset]
    splits = quotes.splits.days[quotes.splits.days <= last]
    if not len(splits):
        return []
    booked = held.days[held.types == EntryType.SPLIT.value]
    before = held.on(splits - 1)
    return [
        warn("total_return", Code.SPLIT_NOT_BOOKED, symbol=quotes.symbol, day=day)
        for day in splits[(before != 0.0) & ~np.isin(splits, booked)]
    ]


def _negative_cash(valuation: Valuation, inside: Mask) -> list[Warning]:
    below = np.flatnonzero((valuation.cash < 0.0) & inside)
    if not len(below):
        return []
    first = valuation.days[below[0]]
    return [warn("total_return", Code.NEGATIVE_CASH, count=len(below), day=first)]
