"""What is measured: a value through time, what flows into and out of it, and a window of that."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np

from services.analytics.domain import returns
from services.analytics.domain.metrics import Day
from services.analytics.domain.observation import Frequency, Holding, choose, frequency
from services.analytics.domain.series import (
    ALWAYS,
    EMPTY,
    Days,
    Floats,
    Series,
    Spans,
    split_adjusted,
    window,
)
from services.analytics.domain.valuation import Books, Quotes, Valuation, values_on

ValueOn = Callable[[Days], Floats]

_NOWHERE = Spans(EMPTY.days, EMPTY.days)


class Request(NamedTuple):
    """The asked window (None: the first or last day there is) and the riskless rate a year."""

    start: Day | None = None
    end: Day | None = None
    risk_free_rate: float = 0.0

    def within(self, days: Days) -> tuple[Day, Day]:
        """Return the asked first and last day, those of ``days`` where none were asked."""
        outer = (days[0], days[-1]) if len(days) else (Day("NaT"), Day("NaT"))
        return (
            outer[0] if self.start is None else self.start,
            outer[1] if self.end is None else self.end,
        )


class Path(NamedTuple):
    """Levels by day, 1 on the first."""

    days: Days
    levels: Floats


class Observed(NamedTuple):
    """Returns between the observation days of a window; ``days`` (n+1,), the base's first.

    ``returns`` (n,) are NaN where nothing was invested.
    """

    days: Days
    returns: Floats
    frequency: Frequency

    @property
    def path(self) -> Path:
        """What 1 became by the base and each day that has a return."""
        has_return = np.isfinite(self.returns)
        days = self.days[np.append(True, has_return)]
        return Path(days, returns.growth_index(self.returns[has_return]))


@dataclass(frozen=True, eq=False)
class Part:
    """A window of a track, its base first; all of shape (days,).

    Before its first entry a portfolio is worth nothing; where the window begins no later, that is
    the base, on the day of that entry. Both may then be the same day.

    Attributes:
        first: the first day with a value of its own; what leads to it is no observation.
        value_on: the value of days that are none of ``days``; None where there are no such.
    """

    days: Days
    values: Floats
    inflows: Floats
    outflows: Floats
    worth: float
    flows: Series
    holdings: tuple[Holding, ...]
    unknown: Spans
    first: Day
    value_on: ValueOn | None

    @cached_property
    def daily(self) -> Floats:
        """The time-weighted return of each day after the base; NaN and −∞ as `time_weighted`."""
        return returns.time_weighted(self.values, self.inflows, self.outflows)

    @cached_property
    def skipped(self) -> Days:
        """The days that have no return, because nothing was invested."""
        return self.days[1:][np.isnan(self.daily)]

    @cached_property
    def is_lost(self) -> bool:
        """Whether a day lost more than everything, after which no return can be linked."""
        return returns.lost_all(self.daily)

    @property
    def length(self) -> int:
        """Calendar days from the base to the end."""
        return int((self.days[-1] - self.days[0]).astype(np.int64))

    @cached_property
    def observations(self) -> Floats:
        """The returns that risk is measured by; none where they cannot be linked."""
        observed = self.observed.returns
        return observed[:0] if self.is_lost else observed[np.isfinite(observed)]

    @cached_property
    def observed(self) -> Observed:
        """The returns between observation days.

        What comes between two of them, and after the last, is linked into the later one (the
        last). Days without a value are none.
        """
        base, last = self.days[0], self.days[-1]
        calendar = choose(self.holdings, base, last)
        days = calendar.days[~self.unknown.cover(calendar.days) & (calendar.days > self.first)]
        observed = self._linked(days)
        counted = days[np.isfinite(observed)]
        return Observed(np.append(base, days), observed, frequency(calendar, counted, base, last))

    def _linked(self, days: Days) -> Floats:
        if self.is_lost:
            return np.full(len(days), np.nan)
        if np.array_equal(days, self.days[1:]):
            return self.daily
        moments, daily = self._with(np.setdiff1d(days, self.days, assume_unique=False))
        stops = np.searchsorted(moments, days, side="right")
        stops[-1:] = len(daily)
        starts = np.concatenate([[0], stops[:-1]])[: len(stops)]
        return returns.linked(daily, starts, stops)

    def _with(self, more: Days) -> tuple[Days, Floats]:
        """Return the days after the base with ``more`` of them, and the return of each."""
        if not len(more) or self.value_on is None:
            return self.days[1:], self.daily
        places = np.searchsorted(self.days, more, side="right")
        days, values = np.insert(self.days, places, more), self.value_on(more)
        flows = (np.insert(each, places, 0.0) for each in (self.inflows, self.outflows))
        daily = returns.time_weighted(np.insert(self.values, places, values), *flows)
        return days[1:], daily


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Values at the end of each day and the flows of that day, shape (days,); no gaps.

    Attributes:
        worth: turns a return into money: the value itself, or for a split-adjusted series the
            close as traded.
        flows: what came back to the investor less what was put in, each day's on its own date.
        holdings: what is held, and when.
        opened: the day of the first entry, before which it is worth nothing; None: it was always
            there.
        unknown: stretches of days on which its value is not known.
    """

    days: Days
    values: Floats
    inflows: Floats
    outflows: Floats
    worth: Floats
    flows: Series = EMPTY
    holdings: tuple[Holding, ...] = ()
    opened: Day | None = None
    unknown: Spans = _NOWHERE
    value_on: ValueOn | None = None

    @classmethod
    def of_unit(cls, quotes: Quotes) -> "Track":
        """Return the track of one unit of an asset, that nothing flows into or out of."""
        closes, levels = quotes.closes, split_adjusted(quotes.closes, quotes.splits)
        nothing = np.zeros(len(closes.days))
        holdings = (Holding(quotes, ALWAYS),)
        return cls(closes.days, levels.values, nothing, nothing, closes.values, holdings=holdings)

    @classmethod
    def of_portfolio(cls, valuation: Valuation, books: Books) -> "Track":
        """Return the track of a portfolio on the days that have a value."""
        known, held = valuation.known(), books.ledger.held
        net = np.nan_to_num(valuation.outflows - valuation.inflows)
        return cls(
            known.days,
            known.values,
            known.inflows,
            known.outflows,
            known.values,
            Series(valuation.days[net != 0.0], net[net != 0.0]),
            tuple(Holding(books.assets[asset], held[asset].spans) for asset in held),
            books.ledger.days[0] if len(books.ledger.days) else None,
            Spans.where(valuation.days, np.isnan(valuation.values)),
            partial(values_on, books),
        )

    def cut(self, request: Request) -> Part | None:
        """Return the window of a request, None where no day in it has a value.

        Its base is the last value on or before its first day (the first value of all where there
        is none), or nothing where that is no later than the first entry.
        """
        positions = window(self.days, *request.within(self.days))
        if positions is None:
            return None
        base, last = positions
        inside, since = slice(base, last + 1), self.days[base] + 1
        days = self.days[inside]
        columns = [each[inside] for each in (self.values, self.inflows, self.outflows)]
        if self.opened is not None and (request.start is None or request.start <= self.opened):
            since = self.opened
            days = np.concatenate([np.array([since]), days])
            columns = [np.insert(each, 0, 0.0) for each in columns]
        values, inflows, outflows = columns
        flows, worth = self.flows.between(since, days[-1]), float(self.worth[last])
        first = self.days[base]
        held, unknown = self.holdings, self.unknown
        return Part(
            days, values, inflows, outflows, worth, flows, held, unknown, first, self.value_on
        )
