"""The days between which risk is measured, and how many of them a year has.

Readings taken where the definitions are silent:

- An asset is held on a day if it is at the day's end.
- Closes are counted after the first day of the stretch they are counted over, until its last; it
  begins with the first close where that is later.
- Observations are sparse only where nothing that is held has 126 closes a year. They are counted
  over the whole window; p, of sparse ones, until the last observation.
- In a window under 60 days the observations of a year are those of the chosen assets together.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

from tests.model.days import Window
from tests.model.market import DAY, SATURDAY, Asset
from tests.model.returns import Chain, Factor, chain, linked

ENOUGH = 126
SHORT = 60
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Observations:
    """A window's returns between its observation days."""

    window: Window

    @cached_property
    def held(self) -> list[Asset]:
        """What is held at some time in the window."""
        course, window = self.window.course, self.window
        states = [course.state(window.base)]
        states += [
            course.state(day) for day in course.entry_days if window.base < day <= window.end
        ]
        symbols = {symbol for state in states for symbol in state.quantities}
        return [course.ledger.market.assets[symbol] for symbol in sorted(symbols)]

    @cached_property
    def chosen(self) -> list[Asset]:
        """Those whose days count."""
        dense = [asset for asset in self.held if self._is_dense([asset])]
        return [asset for asset in dense if not asset.is_crypto] or dense or self.held

    @property
    def is_crypto_alone(self) -> bool:
        """Whether nothing but crypto is priced often enough."""
        return bool(self.chosen) and all(
            asset.is_crypto and self._is_dense([asset]) for asset in self.chosen
        )

    @cached_property
    def days(self) -> list[date]:
        """The observation days."""
        window = self.window
        first = window.points[0].day if window.starts_from_nothing else window.base
        length = (window.end - first).days
        days = [first + DAY * number for number in range(1, length + 1)]
        return [day for day in days if self._counts(day) and window.course.value(day) is not None]

    @cached_property
    def chain(self) -> Chain:
        """All factors, those of the curve's days and of the observation days."""
        days = {point.day for point in self.window.points} | set(self.days)
        return chain(self.window, sorted(days))

    @cached_property
    def factors(self) -> list[Factor]:
        """One for each observation day; what lies between is linked into the next, or the last."""
        groups: dict[date, list[Factor]] = {day: [] for day in self.days}
        for factor in self.chain.factors:
            later = [day for day in self.days if day >= factor.day]
            if self.days:
                groups[later[0] if later else self.days[-1]].append(factor)
        return [
            Factor(day, linked(group) if any(f.value is not None for f in group) else None)
            for day, group in groups.items()
            if group
        ]

    @cached_property
    def returns(self) -> list[tuple[date, Fraction]]:
        """The returns that there are, by their last day; none where debts ended the series."""
        if self.chain.ended:
            return []
        return [(f.day, f.value - 1) for f in self.factors if f.value is not None]

    @cached_property
    def is_sparse(self) -> bool:
        """Whether nothing that is held is priced often, and there are fewer than 126 a year."""
        if not self.chosen or not self.returns or any(self._is_dense([a]) for a in self.chosen):
            return False
        if self.window.length < SHORT:
            return not self._is_dense(self.chosen)
        return len(self.returns) * 365 < ENOUGH * self.window.length

    @property
    def periods(self) -> Fraction:
        """How many a year has, p."""
        if self.is_sparse:
            return self._per_year
        return Fraction(365 if self.is_crypto_alone else 252)

    @property
    def _per_year(self) -> Fraction:
        last = self.returns[-1][0]
        return Fraction(len(self.returns) * 365, (last - self.window.base).days)

    def _counts(self, day: date) -> bool:
        quantities = self.window.course.state(day).quantities
        held = [asset for asset in self.chosen if asset.symbol in quantities]
        if not held:
            return day.weekday() < SATURDAY
        return any(asset.is_news(day) for asset in held)

    def _is_dense(self, assets: list[Asset]) -> bool:
        """Return whether assets together have 126 closes a year."""
        until = self.window.end
        since = until - YEAR if self.window.length < SHORT else self.window.base
        since = max(since, min((a.closes.days[0] for a in assets if a.closes.days), default=until))
        closes = {day for asset in assets for day in asset.closes.between(since, until)}
        return len(closes) * 365 >= ENOUGH * (until - since).days and bool(closes)
