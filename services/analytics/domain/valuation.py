"""The daily value of a portfolio: quantities × closes × rates, cash, and what flowed in and out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from services.analytics.domain.fx import Converted, Rates
from services.analytics.domain.ledger import Ledger
from services.analytics.domain.series import (
    EMPTY,
    NEVER,
    NEVER_YET,
    NO_DAYS,
    AsOf,
    Days,
    Floats,
    Indexes,
    Series,
    split_adjusted,
    split_factors,
)

# A running sum of cents in float64 is off by less; money's own steps are larger.
_CASH_ROUNDING = 1e-6
# The same for sums so large that a float has fewer decimals.
_ROUNDING = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class Quotes:
    """What one asset costs: closes as traded, in its currency, and its splits (new/old).

    ``trade_days`` are those whose close is merely the price of a trade of its owner.
    """

    symbol: str
    currency: str
    closes: Series
    splits: Series = EMPTY
    asset_type: str = ""
    trade_days: Days = field(default_factory=lambda: NO_DAYS)


class Books(NamedTuple):
    """What a portfolio is valued from; ``assets`` has every one that the ledger names."""

    ledger: Ledger
    assets: Mapping[int, Quotes]
    rates: Rates
    currency: str

    def levels(self, asset: int) -> Series:
        """Return an asset's split-adjusted closes in the portfolio's currency.

        On its own days; those without an exchange rate on or before them are left out.
        """
        quotes = self.assets[asset]
        adjusted = split_adjusted(quotes.closes, quotes.splits)
        if quotes.currency == self.currency:
            return adjusted
        rates = self.rates.between(quotes.currency, self.currency, adjusted.days).values
        mask = ~np.isnan(rates)
        return Series(adjusted.days[mask], (adjusted.values * rates)[mask])

    def worth(self, asset: int) -> Converted:
        """Return an asset's split-adjusted closes, and what turns them into the currency."""
        quotes = self.assets[asset]
        adjusted = split_adjusted(quotes.closes, quotes.splits)
        return Converted(adjusted, self.rates, quotes.currency, self.currency)

    def splits(self, asset: int) -> Series:
        """Return an asset's splits, on a day without one of its own the ledger's."""
        return self.assets[asset].splits.with_others(self.ledger.held[asset].splits)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One asset on every day: held quantity, close and rate, and where the last two come from.

    A close from before a split is in the shares of the day.
    """

    symbol: str
    currency: str
    quantities: Floats
    closes: AsOf
    rates: AsOf

    @property
    def values(self) -> Floats:
        """Quantity × close × rate; 0 where nothing is held, whether or not there is a price."""
        prices = self.closes.values * self.rates.values
        return np.where(self.quantities == 0.0, 0.0, self.quantities * prices)

    def value_on(self, position: int) -> float:
        """Return the value of one day."""
        price = self.closes.values[position] * self.rates.values[position]
        return float(self.quantities[position] * price) if self.quantities[position] else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Valuation:
    """A portfolio on its days, all arrays of shape (days,), in its currency.

    ``values`` are at the end of the day, cash included; NaN where a price or a rate is missing,
    and from an entry on whose money is not known in the portfolio's currency. ``inflows`` and
    ``outflows`` (both ≥ 0) are external, each on the date of its entry.
    """

    days: Days
    values: Floats
    cash: Floats
    inflows: Floats
    outflows: Floats
    lines: Mapping[int, Line]

    def known(self) -> "Valuation":
        """Return the days that have a value; flows of the others move to the next that has one."""
        keep = np.flatnonzero(~np.isnan(self.values))
        if len(keep) == len(self.days):
            return self
        return Valuation(
            self.days[keep],
            self.values[keep],
            self.cash[keep],
            _carried(self.inflows, keep),
            _carried(self.outflows, keep),
            self.lines,
        )


def _carried(flows: Floats, keep: Indexes) -> Floats:
    return np.diff(np.cumsum(np.nan_to_num(flows))[keep], prepend=0.0)


def value_portfolio(books: Books, since: np.datetime64 = NEVER_YET) -> Valuation:
    """Value a ledger on its days: those of its entries, and the priced days of what it holds.

    Args:
        since: earlier days are left out; those that stay have the same figures.
    """
    days = _days(books, since)
    ledger = books.ledger
    lines = {asset: _line(books, asset, days) for asset in ledger.assets}
    money = ledger.money(books.rates, books.currency)
    cash = _cumulated(ledger, money, days)
    inflows, outflows = _money_flows(ledger, money, days)
    for asset in ledger.assets:
        moved_in, moved_out = _flows_in_kind(books, asset, days)
        inflows += moved_in
        outflows += moved_out
    values = _values(ledger, money, days, cash, lines.values())
    return Valuation(days, values, cash, inflows, outflows, lines)


def values_on(books: Books, days: Days) -> Floats:
    """Value a portfolio on any days, as `value_portfolio` does on its own."""
    ledger = books.ledger
    money = ledger.money(books.rates, books.currency)
    cash = _cumulated(ledger, money, days)
    lines = (_line(books, asset, days) for asset in ledger.assets)
    return _values(ledger, money, days, cash, lines)


def _values(
    ledger: Ledger, money: Floats, days: Days, cash: Floats, lines: Iterable[Line]
) -> Floats:
    held = sum((line.values for line in lines), start=np.zeros(len(days)))
    values = np.asarray(cash + held)
    values[np.abs(values) <= _ROUNDING * (np.abs(cash) + held)] = 0.0
    values[days >= _first_unknown(ledger, money)] = np.nan
    return values


def is_settled(books: Books, since: np.datetime64) -> bool:
    """Say whether a change on ``since`` leaves all days before it as they were.

    What was moved in kind before its asset had a price is valued at the first one that comes.
    """
    return all(_flows_known(books, asset, since) for asset in books.ledger.assets)


def _flows_known(books: Books, asset: int, since: np.datetime64) -> bool:
    held = books.ledger.held[asset]
    if not held.in_kind[held.days < since].any():
        return True
    before = np.array([since - 1])
    return not np.isnan(_prices(books, asset, before, before)).any()


def _days(books: Books, since: np.datetime64) -> Days:
    held = books.ledger.held
    priced = (held[asset].spans.part(books.assets[asset].closes.days) for asset in held)
    days = union([np.unique(books.ledger.days), *priced])
    return days[np.searchsorted(days, since) :]


def union(calendars: Iterable[Days]) -> Days:
    """Return the days that are in one of ``calendars``, each ascending without doubles."""
    # Most assets trade on the same days, and telling equal calendars takes less than sorting all.
    distinct = list({days.tobytes(): days for days in calendars if len(days)}.values())
    if len(distinct) < 2:
        return distinct[0] if distinct else NO_DAYS
    first, last = min(days[0] for days in distinct), max(days[-1] for days in distinct)
    mask = np.zeros((last - first).astype(np.int64) + 1, dtype=np.bool_)
    for days in distinct:
        mask[(days - first).astype(np.int64)] = True
    return np.asarray(first + np.flatnonzero(mask))


def _line(books: Books, asset: int, days: Days) -> Line:
    quotes = books.assets[asset]
    return Line(
        quotes.symbol,
        quotes.currency,
        books.ledger.held[asset].on(days),
        _closes(books, asset, days, days),
        books.rates.between(quotes.currency, books.currency, days),
    )


def _closes(books: Books, asset: int, days: Days, shares: Days) -> AsOf:
    """Return the last close on or before each of ``days``, in the shares of ``shares``."""
    values, dates = books.assets[asset].closes.as_of(days)
    splits = books.splits(asset)
    if not len(splits.days) or dates is shares:
        return AsOf(values, dates)
    return AsOf(values * split_factors(splits, dates) / split_factors(splits, shares), dates)


def _prices(books: Books, asset: int, days: Days, shares: Days) -> Floats:
    """Return closes as `_closes` does, each at the rate of its day in ``days``."""
    rates = books.rates.between(books.assets[asset].currency, books.currency, days)
    return _closes(books, asset, days, shares).values * rates.values


def _first_unknown(ledger: Ledger, money: Floats) -> np.datetime64:
    unknown = ledger.days[np.isnan(money)]
    return unknown[0] if len(unknown) else NEVER


def _cumulated(ledger: Ledger, money: Floats, days: Days) -> Floats:
    running = np.concatenate([[0.0], np.cumsum(np.where(ledger.has_cash, money, 0.0))])
    # What rounding leaves of cash that is all gone would be the base of a return.
    largest = np.maximum.accumulate(np.abs(np.nan_to_num(running)))
    running[np.abs(running) < np.maximum(_CASH_ROUNDING, _ROUNDING * largest)] = 0.0
    return running[np.searchsorted(ledger.days, days, side="right")]


def _money_flows(ledger: Ledger, money: Floats, days: Days) -> tuple[Floats, Floats]:
    """Return external money by day: what a deposit brings, or a purchase without cash needs."""
    # With cash the row itself says which way it crosses; without, the money comes from the owner
    # for a purchase (cash < 0) and goes to the owner for a sale or a dividend (cash > 0).
    entering = np.where(ledger.has_cash, money, -money) * ledger.external
    return _by_direction(entering, ledger.days, days)


def _flows_in_kind(books: Books, asset: int, days: Days) -> tuple[Floats, Floats]:
    """Return transfers and adjustments at market value, by day.

    Inflows come at the start of their day and so at the close before it, in the day's shares;
    outflows leave at its end and so at its close: what moves at market value then leaves the
    time-weighted return alone. Where there is none yet, the first price counts.
    """
    held = books.ledger.held[asset]
    when, changes = held.days[held.in_kind], held.changes[held.in_kind]
    if not len(when):
        return np.zeros(len(days)), np.zeros(len(days))
    prices = _prices(books, asset, np.where(changes > 0, when - 1, when), when)
    if np.isnan(prices).any():
        first = _first_priced(books, asset)
        later = _prices(books, asset, np.maximum(when, first), when)
        prices = np.where(np.isnan(prices), np.nan_to_num(later), prices)
    return _by_direction(changes * prices, when, days)


def _first_priced(books: Books, asset: int) -> np.datetime64:
    """Return the first day on which an asset has a close and a rate; the first of all if none.

    Whatever the days of the ledger are: another entry does not change what was moved before.
    """
    candidates = np.union1d(books.assets[asset].closes.days, books.rates.days)
    known = ~np.isnan(_prices(books, asset, candidates, candidates))
    return candidates[np.argmax(known)] if known.any() else NEVER_YET


def _by_direction(entering: Floats, when: Days, days: Days) -> tuple[Floats, Floats]:
    """Add what enters (> 0) and what leaves (< 0) on each of ``days``, both ≥ 0."""
    inflows, outflows = np.zeros(len(days)), np.zeros(len(days))
    if len(days):
        inside = when >= days[0]
        position = np.searchsorted(days, when[inside])
        np.add.at(inflows, position, np.maximum(entering[inside], 0.0))
        np.add.at(outflows, position, np.maximum(-entering[inside], 0.0))
    return inflows, outflows
