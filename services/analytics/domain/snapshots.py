"""A portfolio day by day: what is stored of each of its days, and the curve of a window."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from services.analytics.domain import returns
from services.analytics.domain.cost import cost_basis
from services.analytics.domain.exact import Statement
from services.analytics.domain.fx import Converted
from services.analytics.domain.metrics import Day
from services.analytics.domain.series import NEVER_YET, Days, Floats, Indexes, Series
from services.analytics.domain.track import Request, Track
from services.analytics.domain.valuation import Books, Valuation, is_settled, value_portfolio
from shared.finance.lots import CostMethod
from shared.finance.money import minor_unit

Counts = npt.NDArray[np.int64]
MONDAY = np.datetime64("1970-01-05", "D")


class Interval(StrEnum):
    """How far apart the points of a curve are."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True, eq=False)
class Snapshots:
    """One row for each day, all of shape (days,), in the portfolio's currency; NaN: not known.

    ``values`` include ``cash``; ``net_flows`` are what came in less what went out that day.
    """

    days: Days
    values: Floats
    cost_basis: Floats
    cash: Floats
    net_flows: Floats
    position_counts: Counts


def take_snapshots(valuation: Valuation, books: Books, method: CostMethod) -> Snapshots:
    """Return one row for each day of ``valuation``."""
    days = valuation.days
    counts = np.zeros(len(days), dtype=np.int64)
    for line in valuation.lines.values():
        counts += line.quantities != 0.0
    values, cash = Statement(valuation, books).nearest(minor_unit(books.currency))
    return Snapshots(
        days,
        values,
        cost_basis(books, method, days),
        cash,
        valuation.inflows - valuation.outflows,
        counts,
    )


def retake_snapshots(books: Books, method: CostMethod, since: Day) -> tuple[Day, Snapshots]:
    """Return the last day that a change on ``since`` leaves as it was, and all rows after it.

    Where no day stays, that is a day before all others.
    """
    if since <= NEVER_YET or not is_settled(books, since):
        return NEVER_YET, take_snapshots(value_portfolio(books), books, method)
    return since - 1, take_snapshots(value_portfolio(books, since), books, method)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The points of a window, all of shape (points,); returns are fractions since its base.

    ``net_flows`` are those since the point before, the first's those of its own day.
    NaN from the day on which more than everything was lost. ``skipped`` are the days that have no
    return of their own. ``benchmark_returns`` is None without a benchmark, and NaN where its
    history starts later.
    """

    days: Days
    values: Floats
    cost_basis: Floats
    cash: Floats
    net_flows: Floats
    returns: Floats
    skipped: Days
    benchmark_returns: Floats | None


def draw_curve(
    valuation: Valuation,
    books: Books,
    method: CostMethod,
    *,
    start: Day | None = None,
    end: Day | None = None,
    interval: Interval = Interval.DAILY,
    benchmark: Series | Converted | None = None,
) -> Curve | None:
    """Return the curve from the last valued day on or before ``start`` to that for ``end``.

    Returns are cumulative and time-weighted; where the window begins on or before the first entry
    that day's own is the first. Weekly and monthly points are the last of each ISO week or month,
    and the first point of all. None where no day of the window has a value.

    Args:
        benchmark: its levels, at each point in the portfolio's currency at that day's rate.
    """
    history = valuation.known()
    part = Track.of_portfolio(valuation, books).cut(Request(start, end))
    if part is None:
        return None
    days = history.days
    first, stop = np.searchsorted(days, [part.days[0], part.days[-1] + 1])
    inside = slice(first, stop)
    points = _points(days[inside], interval)
    shown = days[inside][points]
    index = returns.growth_index(part.daily)[-len(days[inside]) :]
    flows = history.inflows[inside] - history.outflows[inside]
    return Curve(
        shown,
        history.values[inside][points],
        cost_basis(books, method, shown),
        history.cash[inside][points],
        np.add.reduceat(flows, np.append(0, points[:-1] + 1)),
        index[points] - 1.0,
        part.skipped,
        _since(benchmark, part.days[0], shown) if benchmark else None,
    )


def _points(days: Days, interval: Interval) -> Indexes:
    """Return the positions of the first day and of the last of each interval."""
    if interval is Interval.DAILY:
        return np.arange(len(days))
    weekly = interval is Interval.WEEKLY
    numbers = (days - MONDAY).astype(np.int64) // 7 if weekly else days.astype("datetime64[M]")
    last = np.append(numbers[1:] != numbers[:-1], True)
    last[0] = True
    return np.flatnonzero(last)


def _since(benchmark: Series | Converted, base: Day, days: Days) -> Floats:
    levels = benchmark.as_of(np.append(base, days)).values
    return np.asarray(levels[1:] / levels[0] - 1.0)
