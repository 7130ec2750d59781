"""Time-weighted and money-weighted returns, the curve and the snapshots.

Readings: a negative factor ends the series as a negative denominator does; of several
internal rates the one nearest to zero counts, of those from −99.9999 % to 100,000,000 % a year.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from tests.model.days import Course, Point, Window
from tests.model.ledger import ZERO, Known
from tests.model.market import DAY, Asset
from tests.model.positions import less, money, percent
from tests.model.printing import Printed

DIGITS = 40
LEAST, MOST = -0.999999, 1e6  # the rates that are looked for


@dataclass(frozen=True)
class Factor:
    """What one unit of money became until a day; None where nothing was invested."""

    day: date
    value: Fraction | None


@dataclass(frozen=True)
class Chain:
    """Factors in order; `ended` is the day on which debts ended it."""

    factors: list[Factor]
    ended: date | None


def chain(window: Window, days: Iterable[date]) -> Chain:
    """Return the factors between days of a window, flows in at the start and out at the end."""
    factors: list[Factor] = []
    before = window.base
    after = date.min if window.starts_from_nothing else window.base
    worth = window.base_value
    for day in days:
        value = window.course.value(day)
        assert value is not None
        came, went = window.course.flows_between(after, day)
        invested, left = worth + came, value + went
        if invested < 0 or (invested and left < 0):
            return Chain(factors, day)
        factors.append(Factor(day, left / invested if invested else None))
        before = after = day
        worth = value
    del before
    return Chain(factors, None)


def linked(factors: Iterable[Factor]) -> Fraction:
    """Return the product of the factors that there are."""
    total = Fraction(1)
    for factor in factors:
        total *= 1 if factor.value is None else factor.value
    return total


def levels(window: Window) -> list[tuple[Point, Known]]:
    """Return each point of the window's curve with what one unit became; None after the end."""
    whole = chain(window, [point.day for point in window.points])
    level: Fraction = Fraction(1)
    found: list[tuple[Point, Known]] = [(window.before, level)] if window.before else []
    for number, point in enumerate(window.points):
        if number >= len(whole.factors):
            found.append((point, None))
            continue
        level *= linked([whole.factors[number]])
        found.append((point, level))
    return found


def total(window: Window) -> Known:
    """Return the total return, not in percent; None where there is no return."""
    whole = chain(window, [point.day for point in window.points])
    if whole.ended or all(factor.value is None for factor in whole.factors):
        return None
    return linked(whole.factors) - 1


def annualized(window: Window) -> Decimal | None:
    """Return the total return a year; None under one."""
    start, end = window.asked
    is_calendar_year = (
        start is not None
        and end is not None
        and (start.month, start.day, end) == (1, 1, date(start.year, 12, 31))
    )
    gain = total(window)
    if gain is None or window.length < (364 if is_calendar_year else 365):
        return None
    with localcontext() as context:
        context.prec = DIGITS
        grown = decimal(gain + 1)
        return grown ** (Decimal(365) / window.length) - 1 if grown else Decimal(-1)


def decimal(value: Fraction) -> Decimal:
    """Return a fraction with many digits."""
    with localcontext() as context:
        context.prec = DIGITS
        return Decimal(value.numerator) / Decimal(value.denominator)


def money_weighted(window: Window) -> Fraction | None:
    """Return the internal rate of return, each flow on its own date."""
    flows: dict[date, Fraction] = {window.base: -window.base_value}
    for flow in window.course.flows:
        is_after = window.starts_from_nothing or flow.day > window.base
        if is_after and flow.day <= window.end:
            flows[flow.day] = flows.get(flow.day, ZERO) - flow.amount
    flows[window.end] = flows.get(window.end, ZERO) + window.value
    timed = [((day - window.base).days / 365, float(amount)) for day, amount in flows.items()]
    amounts = [amount for _, amount in timed if amount]
    if not amounts or min(amounts) >= 0 or max(amounts) <= 0:
        return None
    return _root(timed)


def _root(timed: list[tuple[float, float]]) -> Fraction | None:
    """Return the rate at which all is worth nothing, by halving the logarithm of 1 + rate."""

    def worth(growth: float) -> float:
        return sum(amount * math.exp(-growth * years) for years, amount in timed)

    longest = max(years for years, _ in timed) or 1.0
    steps = sorted(
        {sign * 0.02 * n * max(1.0, 0.4 / longest) for n in range(1500) for sign in (1, -1)},
        key=abs,
    )
    grid = sorted(step for step in steps if abs(step) * longest < 600)
    values = [worth(step) for step in grid]
    roots = []
    for low, high, one, other in zip(grid, grid[1:], values, values[1:], strict=False):
        if one == 0 or (one < 0) != (other < 0):
            roots.append(_halved(worth, low, high))
    rates = [rate for root in roots if LEAST <= (rate := math.expm1(root)) <= MOST]
    return Fraction(min(rates, key=abs)) if rates else None


def _halved(worth: Any, low: float, high: float) -> float:
    is_negative = worth(low) < 0
    for _ in range(200):
        middle = (low + high) / 2
        if (worth(middle) < 0) == is_negative:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def benchmark_value(course: Course, asset: Asset, day: date) -> Known:
    """Return the last split-adjusted close on or before a day, in the portfolio's currency."""
    last = asset.closes.last(day)
    rate = course.ledger.market.rate(asset.currency, course.ledger.currency, day)
    return None if last is None or rate is None else asset.adjusted(last[0]) * rate


def curve(window: Window | None, interval: str, benchmark: Asset | None) -> dict[str, Any]:
    """Return the printed curve."""
    if window is None:
        return {"start_date": None, "end_date": None, "series": []}
    points = levels(window)
    base = benchmark and benchmark_value(window.course, benchmark, window.base)
    currency = window.course.ledger.currency
    rows = []
    flows = ZERO
    for number, (point, level) in enumerate(points):
        flows += point.net_flow
        is_last = number + 1 == len(points)
        if (
            number
            and not is_last
            and _period(point.day, interval) == _period(points[number + 1][0].day, interval)
        ):
            continue
        theirs = benchmark and base and benchmark_value(window.course, benchmark, point.day)
        rows.append(
            {
                "date": point.day.isoformat(),
                "value": money(point.value, currency, is_float=True),
                "cost_basis": money(point.cost, currency, is_float=True),
                "cash": money(point.cash, currency, is_float=True),
                "net_flow": money(flows, currency, is_float=True),
                "return_percentage": percent(less(level, Fraction(1)), Fraction(1), is_float=True),
                "benchmark_return_percentage": Printed(
                    100 * (theirs / base - 1) if theirs and base else None, 4, is_float=True
                ),
            }
        )
        flows = ZERO
    return {
        "start_date": rows[0]["date"],
        "end_date": rows[-1]["date"],
        "series": rows,
    }


def _period(day: date, interval: str) -> tuple[int, ...]:
    if interval == "weekly":
        return tuple(day.isocalendar()[:2])
    return (day.year, day.month) if interval == "monthly" else (day.toordinal(),)


def snapshots(course: Course) -> list[dict[str, Any]]:
    """Return the printed snapshots, one for each of the portfolio's days."""
    return [_snapshot(course, day) for day in course.days]


def _snapshot(course: Course, day: date) -> dict[str, Any]:
    currency = course.ledger.currency
    state, value = course.state(day), course.value(day)
    gain = less(less(value, state.cash), state.cost)
    came, went = course.flows_between(day - DAY, day)
    return {
        "date": day.isoformat(),
        "total_value": money(value, currency, is_float=True),
        "total_cost_basis": money(state.cost, currency, is_float=True),
        "cash_balance": money(state.cash, currency, is_float=True),
        "net_flow": money(came - went, currency, is_float=True),
        "total_return": money(gain, currency, is_float=True),
        "total_return_percentage": percent(gain, state.cost, is_float=True),
        "position_count": len(state.quantities),
    }
