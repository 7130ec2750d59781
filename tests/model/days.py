"""A portfolio's days: what it is worth on each, and what came in and went out.

Readings taken where the definitions are silent:

- The rate of what comes in kind is that of the day before, as its price is; where there is none,
  the day's own.
- Without a close before or on its day, the first close counts, turned into shares of the day by
  the splits between, at that close's rate.
- A window that begins between the first entry and the first known value has that for its base.
- A close before a split, the asset's or the ledger's, is in the shares of the day at once.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import prod

from tests.model.ledger import EXTERNAL, IN_KIND, ZERO, Known, Ledger, Posted, State, times
from tests.model.market import DAY, Asset

NOTHING = State({}, ZERO, ZERO)


@dataclass(frozen=True)
class Flow:
    """Money from outside; what goes out is negative."""

    day: date
    amount: Fraction


@dataclass(frozen=True)
class Point:
    """A day of a portfolio, its value known; flows are those since the day before it."""

    day: date
    value: Fraction
    cost: Known
    cash: Fraction
    inflow: Fraction
    outflow: Fraction

    @property
    def net_flow(self) -> Fraction:
        """What came in less what went out."""
        return self.inflow - self.outflow


@dataclass(frozen=True)
class Course:
    """A portfolio through time."""

    ledger: Ledger

    @cached_property
    def entry_days(self) -> list[date]:
        """The days of the ledger, in order."""
        return sorted(self.ledger.states)

    @property
    def first(self) -> date:
        """The day of the first entry."""
        return self.entry_days[0]

    def state(self, day: date) -> State:
        """Return what there is at the end of a day."""
        place = bisect_right(self.entry_days, day)
        return self.ledger.states[self.entry_days[place - 1]] if place else NOTHING

    def value(self, day: date) -> Known:
        """Return what everything is worth at the end of a day; None where a price is missing."""
        state = self.state(day)
        total: Known = state.cash
        for symbol, quantity in state.quantities.items():
            price = self.price(self._asset(symbol), day)
            if total is None or price is None:
                return None
            total += quantity * price
        return total

    def price(self, asset: Asset, day: date) -> Known:
        """Return the last close on or before a day, in the portfolio's currency.

        It is in the shares of that day: divided by the splits since.
        """
        last = asset.closes.last(day)
        if last is None:
            return None
        return times(last[1] / self._splits(asset, last[0], day), self._rate(asset, day))

    @cached_property
    def days(self) -> list[date]:
        """The days on which something is known anew."""
        days = set(self.entry_days)
        for symbol in self.ledger.holdings:
            closes = self._asset(symbol).closes.days
            days |= {day for day in closes if self.state(day).quantities.get(symbol)}
        return sorted(days)

    @cached_property
    def points(self) -> list[Point]:
        """The days with a known value."""
        points, before = [], date.min
        for day in self.days:
            value, state = self.value(day), self.state(day)
            if value is not None and state.cash is not None:
                inflow, outflow = self.flows_between(before, day)
                points.append(Point(day, value, state.cost, state.cash, inflow, outflow))
                before = day
        return points

    def flows_between(self, after: date, until: date) -> tuple[Fraction, Fraction]:
        """Return what came in and what went out after one day and until another."""
        amounts = [flow.amount for flow in self.flows if after < flow.day <= until]
        came = sum((amount for amount in amounts if amount > 0), ZERO)
        return came, came - sum(amounts, ZERO)

    @cached_property
    def flows(self) -> list[Flow]:
        """What came from outside and went there, by its own date."""
        return [Flow(posted.entry.day, self._flow(posted)) for posted in self.ledger.posted]

    def _flow(self, posted: Posted) -> Fraction:
        entry = posted.entry
        if entry.kind in IN_KIND:
            asset = self._asset(entry.asset or "")
            price = (self._opening if posted.change > 0 else self._closing)(asset, entry.day)
            return posted.change * price
        moved = times(entry.moved, posted.rate) if entry.moved else ZERO
        assert moved is not None, "the flow's rate is unknown"
        if entry.kind in EXTERNAL:
            return moved
        return ZERO if self.ledger.has_cash(entry.day) else -moved

    def _opening(self, asset: Asset, day: date) -> Fraction:
        """Return the last price before a day, in the shares of that day."""
        before = asset.closes.last(day - DAY)
        if before is None:
            return self._closing(asset, day)
        rate = self._rate(asset, day - DAY) or self._rate(asset, day)
        assert rate is not None
        return before[1] / self._splits(asset, before[0], day) * rate

    def _closing(self, asset: Asset, day: date) -> Fraction:
        """Return the price of a day, or else the first one after it in the shares of that day."""
        if asset.closes.last(day):
            price = self.price(asset, day)
            assert price is not None
            return price
        first = asset.closes.days[0]
        rate = self._rate(asset, first)
        assert rate is not None
        return asset.closes.by_day[first] * self._splits(asset, day, first) * rate

    def _splits(self, asset: Asset, after: date, until: date) -> Fraction:
        """Return what one share became by the asset's and the ledger's splits."""
        booked = {
            posted.entry.day: posted.entry.split
            for posted in self.ledger.posted
            if posted.entry.kind == "SPLIT" and posted.entry.asset == asset.symbol
        }
        ratios = {**booked, **asset.splits}
        return prod((r for day, r in ratios.items() if after < day <= until), start=Fraction(1))

    def _asset(self, symbol: str) -> Asset:
        return self.ledger.market.assets[symbol]

    def _rate(self, asset: Asset, day: date) -> Known:
        return self.ledger.market.rate(asset.currency, self.ledger.currency, day)


@dataclass(frozen=True)
class Window:
    """What is looked at: from a base to the last day.

    Attributes:
        base: its day; `base_value` is 0 where the portfolio begins then.
        before: the base's own point, where it has one.
        points: those after the base, or all where the portfolio begins.
        asked: start and end as they were asked for.
    """

    course: Course
    base: date
    base_value: Fraction
    before: Point | None
    points: list[Point]
    asked: tuple[date | None, date | None]

    @property
    def end(self) -> date:
        """The last day."""
        return self.points[-1].day if self.points else self.base

    @property
    def value(self) -> Fraction:
        """The last value."""
        return self.points[-1].value if self.points else self.base_value

    @property
    def length(self) -> int:
        """Calendar days."""
        return (self.end - self.base).days

    @property
    def starts_from_nothing(self) -> bool:
        """Whether the portfolio begins in it."""
        return self.before is None


def window(course: Course, start: date | None, end: date | None) -> Window | None:
    """Return the window; None where the portfolio has no known value in it."""
    points = [point for point in course.points if end is None or point.day <= end]
    if not points:
        return None
    earlier = [point for point in points if start is not None and point.day <= start]
    if start is None or start <= course.first:
        return Window(course, course.first, ZERO, None, points, (start, end))
    base = (earlier or points)[max(len(earlier) - 1, 0)]
    later = [point for point in points if point.day > base.day]
    return Window(course, base.day, base.value, base, later, (start, end))
