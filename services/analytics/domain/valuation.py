"""The daily value of a portfolio: quantities × closes × rates, cash, and what flowed in and out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from services.analytics.domain.fx import Rates
from services.analytics.domain.ledger import Held, Ledger
from services.analytics.domain.series import (
    EMPTY,
    NO_DAYS,
    AsOf,
    Days,
    Floats,
    Indexes,
    Series,
    split_adjusted,
    split_factors,
)

NEVER = np.datetime64("9999-12-31", "D")
NEVER_YET = np.datetime64("0001-01-01", "D")


@dataclass(frozen=True, slots=True, eq=False)
class Quotes:
    """What one asset costs: closes as traded, in its currency, and its splits (new/old).

    ``trade_days`` are those whose close is merely the price of a trade of its owner.
    """

    symbol: str
    currency: str
    closes: Series
    splits: Series = EMPTY
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


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One asset on every day: held quantity, close and rate, and where the last two come from."""

    symbol: str
    currency: str
    quantities: Floats
    closes: AsOf
    rates: AsOf

    @property
    def prices(self) -> Floats:
        """Closes in the portfolio's currency, NaN where a close or a rate is missing."""
        return self.closes.values * self.rates.values

    @property
    def values(self) -> Floats:
        """Quantity × price; 0 where nothing is held, whether or not there is a price."""
        return np.where(self.quantities == 0.0, 0.0, self.quantities * self.prices)

    def value_on(self, position: int) -> float:
        """Return the value of one day."""
        price = self.closes.values[position] * self.rates.values[position]
        return float(self.quantities[position] * price) if self.quantities[position] else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Valuation:
    """A portfolio on the days it is valued on, all arrays of shape (days,), in its currency.

    ``values`` are at the end of the day, cash included; NaN where a price or a rate is missing,
    and from an entry on whose money is not known in the portfolio's currency. ``inflows`` and
    ``outflows`` (both ≥ 0) are external; a flow between two days stands at the later one.
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


def value_portfolio(books: Books) -> Valuation:
    """Value a ledger on the union of its assets' market days since its first entry.

    Entries after the last market day are valued on their own day, so nothing booked is left out.
    """
    return _valued(books, _valuation_days(books.ledger, books.assets))


def value_after(books: Books, day: np.datetime64) -> Valuation:
    """Value a ledger from ``day`` on, one of its assets' market days since its first entry.

    What a change after ``day`` may alter is altered in here; the flows of ``day`` itself are all
    that flowed until then.
    """
    return _valued(books, _valuation_days(books.ledger, books.assets, day))


def last_settled(books: Books, since: np.datetime64) -> np.datetime64 | None:
    """Return the last valued day that a change on ``since`` leaves as it was; None: it has none.

    An entry after the last market day moves to the next one that comes, so only a market day
    counts; and what was moved in kind before its asset had a price is valued at the first one.
    """
    market = [quotes.closes.days for quotes in books.assets.values()]
    before = [days[: np.searchsorted(days, since)][-1:] for days in market]
    last = np.concatenate([[NEVER_YET], *before]).max()
    if not len(books.ledger.days) or last < books.ledger.days[0]:
        return None
    settled = all(_flows_known(books, asset, last) for asset in books.ledger.assets)
    return last if settled else None


def _flows_known(books: Books, asset: int, day: np.datetime64) -> bool:
    held = books.ledger.held[asset]
    if not held.in_kind[held.days <= day].any():
        return True
    return not np.isnan(_line(books, asset, np.array([day])).prices).any()


def _valued(books: Books, days: Days) -> Valuation:
    ledger, assets = books.ledger, books.assets
    lines = {asset: _line(books, asset, days) for asset in ledger.assets}
    money = ledger.money(books.rates, books.currency)
    cash = _cumulated(ledger, money, days)
    inflows, outflows = _money_flows(ledger, money, days)
    for asset, line in lines.items():
        moved_in, moved_out = _flows_in_kind(ledger.held[asset], assets[asset].splits, line, days)
        inflows += moved_in
        outflows += moved_out
    values = cash + sum((line.values for line in lines.values()), start=np.zeros(len(days)))
    values[days >= _first_unknown(ledger, money)] = np.nan
    return Valuation(days, values, cash, inflows, outflows, lines)


def _valuation_days(
    ledger: Ledger, assets: Mapping[int, Quotes], first: np.datetime64 = NEVER_YET
) -> Days:
    if not ledger.entries:
        return NO_DAYS
    first = max(first, ledger.days[0])
    union = _union(_from(assets[asset].closes.days, first) for asset in ledger.assets)
    booked = _from(ledger.days, first)
    trailing = np.unique(booked[booked > union[-1]] if len(union) else booked)
    return np.concatenate([union, trailing])


def _union(calendars: Iterable[Days]) -> Days:
    # Most assets trade on the same days, and telling equal calendars takes less than sorting all.
    distinct = {days.tobytes(): days for days in calendars}
    return np.unique(np.concatenate([NO_DAYS, *distinct.values()]))


def _from(days: Days, first: np.datetime64) -> Days:
    return days[np.searchsorted(days, first) :]


def _line(books: Books, asset: int, days: Days) -> Line:
    quotes = books.assets[asset]
    return Line(
        quotes.symbol,
        quotes.currency,
        books.ledger.held[asset].on(days),
        quotes.closes.as_of(days),
        books.rates.between(quotes.currency, books.currency, days),
    )


def _first_unknown(ledger: Ledger, money: Floats) -> np.datetime64:
    unknown = ledger.days[np.isnan(money)]
    return unknown[0] if len(unknown) else NEVER


def _cumulated(ledger: Ledger, money: Floats, days: Days) -> Floats:
    running = np.concatenate([[0.0], np.cumsum(np.where(ledger.has_cash, money, 0.0))])
    return running[np.searchsorted(ledger.days, days, side="right")]


def _money_flows(ledger: Ledger, money: Floats, days: Days) -> tuple[Floats, Floats]:
    """Return external money by day: what a deposit brings, or a purchase without cash needs."""
    position = np.searchsorted(days, ledger.days, side="left")
    # With cash the row itself says which way it crosses; without, the money comes from the owner
    # for a purchase (cash < 0) and goes to the owner for a sale or a dividend (cash > 0).
    entering = np.where(ledger.has_cash, money, -money) * ledger.external
    return _by_direction(entering, position, len(days))


def _flows_in_kind(held: Held, splits: Series, line: Line, days: Days) -> tuple[Floats, Floats]:
    """Return transfers and adjustments at market value, by day.

    Inflows come at the start of their day and so at the close before it, outflows leave at its
    end and so at its close: what moves at market value then leaves the time-weighted return
    alone. Where there is no close before, the first one counts.
    """
    moved = held.in_kind
    if not moved.any():
        return np.zeros(len(days)), np.zeros(len(days))
    position = np.searchsorted(days, held.days[moved], side="left")
    changes = held.changes[moved]
    closes = _first_known_from(line.prices)
    openings = _opening_prices(closes, split_factors(splits, days))
    prices = np.where(changes > 0, openings[position], closes[position])
    return _by_direction(changes * prices, position, len(days))


def _opening_prices(closes: Floats, factors: Floats) -> Floats:
    """Return each day's price at its start: the close before it, in the shares of that day."""
    before = closes[:-1] * factors[:-1] / factors[1:]
    return np.concatenate([closes[:1], before])


def _first_known_from(prices: Floats) -> Floats:
    mask = ~np.isnan(prices)
    if not mask.any():
        return np.zeros_like(prices)
    return np.where(mask, prices, prices[int(np.argmax(mask))])


def _by_direction(entering: Floats, position: Indexes, count: int) -> tuple[Floats, Floats]:
    """Add what enters (> 0) and what leaves (< 0) on each of ``count`` days, both ≥ 0."""
    inflows, outflows = np.zeros(count), np.zeros(count)
    np.add.at(inflows, position, np.maximum(entering, 0.0))
    np.add.at(outflows, position, np.maximum(-entering, 0.0))
    return inflows, outflows
