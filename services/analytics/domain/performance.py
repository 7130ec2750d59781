"""The performance metrics of one value series (a portfolio's or an asset's) over a window."""

from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np

from services.analytics.domain import returns, risk
from services.analytics.domain.codes import Code, warn
from services.analytics.domain.metrics import (
    Day,
    Dispersion,
    Drawdown,
    Growth,
    Metrics,
    Relative,
    Window,
)
from services.analytics.domain.notes import Notes
from services.analytics.domain.remarks import remarks
from services.analytics.domain.series import Days, Floats, Series, window
from services.analytics.domain.valuation import Books, Valuation


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """What is measured: values at the end of each day and the flows of that day, shape (days,).

    ``worth`` turns a return into money: the value itself, or for a split-adjusted series the
    close as traded. Values have no gaps.
    """

    days: Days
    values: Floats
    inflows: Floats
    outflows: Floats
    worth: Floats

    @classmethod
    def of_unit(cls, levels: Series, closes: Series) -> "Track":
        """Return the track of one unit that nothing flows into or out of."""
        nothing = np.zeros(len(levels.days))
        return cls(levels.days, levels.values, nothing, nothing, closes.as_of(levels.days).values)

    @classmethod
    def of_portfolio(cls, valuation: Valuation) -> "Track":
        """Return the track of a portfolio on days that all have a value (`Valuation.known`)."""
        return cls(
            valuation.days,
            valuation.values,
            valuation.inflows,
            valuation.outflows,
            valuation.values,
        )

    def cut(self, base: int, last: int) -> "Track":
        """Return the part from position ``base`` to ``last``, both included."""
        part = slice(base, last + 1)
        return Track(
            self.days[part],
            self.values[part],
            self.inflows[part],
            self.outflows[part],
            self.worth[part],
        )


class Request(NamedTuple):
    """The asked window (None: the first or last day there is), riskless rate, periods a year."""

    start: Day | None = None
    end: Day | None = None
    risk_free_rate: float = 0.0
    periods: int = risk.TRADING_DAYS

    def within(self, days: Days) -> tuple[Day, Day]:
        """Return the asked first and last day, those of ``days`` where none were asked."""
        outer = (days[0], days[-1]) if len(days) else (Day("NaT"), Day("NaT"))
        return (
            outer[0] if self.start is None else self.start,
            outer[1] if self.end is None else self.end,
        )


def unvalued() -> Metrics:
    """Return the metrics of a window without any valuation: everything is None, and says so."""
    groups = (Growth, Dispersion, Drawdown, Relative)
    names = ["start_date", "end_date", *(entry.name for group in groups for entry in fields(group))]
    return Metrics(warnings=tuple(warn(name, Code.NO_VALUATION) for name in names))


def measure_portfolio(
    valuation: Valuation, books: Books, request: Request, benchmark: Series | None = None
) -> Metrics:
    """Measure a portfolio; where its last value is not known, nothing is.

    Unknown values before the first known one shorten the window; those between two known ones
    are bridged.
    """
    days = valuation.days
    positions = window(days, *request.within(days))
    if positions is None:
        return unvalued()
    last = positions[1]
    history = valuation.known()
    if np.isnan(valuation.values[last]):
        result, first = unvalued(), days[0]
    else:
        result = measure(Track.of_portfolio(history), request, benchmark)
        first = result.window.start_date or days[0]
    about = remarks(valuation, books, first, days[last])
    return replace(result, warnings=(*about, *result.warnings))


def measure(track: Track, request: Request, benchmark: Series | None = None) -> Metrics:
    """Measure ``track`` over the window of ``request``, against the levels of ``benchmark``.

    ``benchmark`` is in the track's currency already.
    """
    positions = window(track.days, *request.within(track.days))
    if positions is None:
        return unvalued()
    part = track.cut(*positions)
    daily = returns.time_weighted(part.values, part.inflows, part.outflows)
    observations = daily[np.isfinite(daily)]
    notes = Notes(len(observations))
    if request.start is not None and part.days[0] > request.start:
        notes.remark("start_date", Code.HISTORY_STARTS_LATER, day=part.days[0])
    _note_skipped(notes, part.days, daily)
    growth = _growth(notes, part, observations, request)
    return Metrics(
        Window(part.days[0], part.days[-1], _calendar_days(part.days), len(observations)),
        growth,
        _dispersion(notes, part, observations, request),
        _drawdown(notes, part.days, daily, growth.annualized_return),
        _relative(notes, part.days, daily, request, benchmark),
        tuple(notes.warnings),
    )


def _calendar_days(days: Days) -> int:
    return int((days[-1] - days[0]).astype(np.int64))


def _note_skipped(notes: Notes, days: Days, daily: Floats) -> None:
    skipped = np.flatnonzero(np.isnan(daily))
    if len(skipped):
        first = days[skipped[0] + 1]
        notes.remark("total_return", Code.ZERO_DENOMINATOR, count=len(skipped), day=first)


def _growth(notes: Notes, part: Track, observations: Floats, request: Request) -> Growth:
    length = _calendar_days(part.days)
    total = returns.total(observations) if len(observations) else np.nan
    # Asked first: eightfold in a day is more than a float can hold in a year.
    annual, undefined = np.nan, Code.PERIOD_UNDER_ONE_YEAR
    if returns.counts_as_year(length, *request.within(part.days)):
        annual = returns.annualised(total, length)
        undefined = linked_cause(observations, Code.TOO_LARGE)
    return Growth(
        notes.figure("total_return", total, linked_cause(observations, Code.NO_RETURNS)),
        notes.figure("annualized_return", annual, undefined),
        _money_weighted(notes, part),
    )


def linked_cause(observations: Floats, otherwise: Code) -> Code:
    """Return why a figure that links ``observations`` is not defined."""
    return Code.TOTAL_LOSS if returns.lost_all(observations) else otherwise


def money_at_risk(
    notes: Notes, name: str, part: Floats | float, value: float, few: Code
) -> float | None:
    """Return the part of a value as money; a debt has none, and a loss of it would be a gain."""
    if value <= 0.0:
        return notes.figure(name, np.nan, Code.NOTHING_TO_DIVIDE)
    return notes.figure(name, np.multiply(part, value), few)


def _money_weighted(notes: Notes, part: Track) -> float | None:
    """Return the XIRR of the base value put in, the flows since, and the last value taken out."""
    amounts = part.outflows - part.inflows
    amounts[0] = -part.values[0]
    amounts[-1] += part.values[-1]
    moved = amounts != 0.0
    undefined = Code.NO_ROOT if returns.changes_sign(amounts) else Code.NO_SIGN_CHANGE
    rate = returns.xirr(part.days[moved], amounts[moved])
    return notes.figure("money_weighted_return", rate, undefined)


def _dispersion(notes: Notes, part: Track, observations: Floats, request: Request) -> Dispersion:
    excess = observations - risk.per_period_rate(request.risk_free_rate, request.periods)
    at_risk = risk.value_at_risk(observations)
    shortfall = risk.expected_shortfall(observations, at_risk)
    few, value = Code.INSUFFICIENT_OBSERVATIONS, float(part.worth[-1])
    return Dispersion(
        notes.figure("volatility", risk.volatility(observations, request.periods), few),
        notes.figure("sharpe_ratio", risk.sharpe(excess, request.periods), Code.ZERO_DISPERSION),
        notes.figure("sortino_ratio", risk.sortino(excess, request.periods), Code.NO_DOWNSIDE),
        money_at_risk(notes, "var_95", at_risk, value, few),
        notes.figure("var_95_percentage", at_risk, few),
        money_at_risk(notes, "cvar_95", shortfall, value, few),
    )


def _drawdown(notes: Notes, days: Days, daily: Floats, annual: float | None) -> Drawdown:
    levels = returns.growth_index(daily)
    deepest = risk.max_drawdown(levels) if np.isfinite(daily).any() else np.nan
    fall = None if returns.lost_all(daily) else risk.deepest_fall(levels)
    none = linked_cause(daily, Code.NO_DRAWDOWN)
    ratio = np.nan if annual is None else risk.calmar(annual, deepest)
    undefined = none if annual is not None else notes.cause("annualized_return")
    recovery = fall.recovery if fall else None
    return Drawdown(
        notes.figure("max_drawdown", deepest, linked_cause(daily, Code.NO_RETURNS)),
        notes.figure("calmar_ratio", ratio, undefined),
        _day(notes, "max_drawdown_peak", days, fall and fall.peak, none),
        _day(notes, "max_drawdown_trough", days, fall and fall.trough, none),
        _day(
            notes,
            "max_drawdown_recovery",
            days,
            recovery,
            Code.NOT_RECOVERED if fall else none,
        ),
    )


def _day(notes: Notes, name: str, days: Days, position: int | None, undefined: Code) -> Day | None:
    if position is not None:
        return Day(days[position], "D")
    notes.remark(name, undefined)
    return None


def _relative(
    notes: Notes, days: Days, daily: Floats, request: Request, benchmark: Series | None
) -> Relative:
    if benchmark is None:
        mine, market, undefined = np.array([]), np.array([]), Code.NO_BENCHMARK
    else:
        mine, market = common_returns(days, daily, benchmark)
        undefined = Code.NO_COMMON_DAYS if len(mine) < 2 else Code.ZERO_DISPERSION
    periods = request.periods
    riskless = risk.per_period_rate(request.risk_free_rate, periods)
    figures = {
        "beta": risk.beta(mine - riskless, market - riskless),
        "alpha": risk.alpha(mine - riskless, market - riskless, periods),
        "r_squared": risk.r_squared(mine, market),
        "tracking_error": risk.tracking_error(mine, market, periods),
        "information_ratio": risk.information_ratio(mine, market, periods),
    }
    return Relative(**{name: notes.figure(name, figures[name], undefined) for name in figures})


def common_returns(days: Days, daily: Floats, benchmark: Series) -> tuple[Floats, Floats]:
    """Return both sides' returns from one common day to the next, each of shape (n,).

    ``daily`` of shape (days−1,) leads into ``days[1:]``. Nothing is filled: where one side has
    no value on a day, both run on to the next day that both have. A stretch with a day that has
    no return or left nothing has none itself; one day alone keeps its own, whatever it is.
    """
    _, mine, theirs = np.intersect1d(days, benchmark.days, assume_unique=True, return_indices=True)
    if len(mine) < 2:
        return np.array([]), np.array([])
    links = daily > -1.0
    whole = np.diff(np.concatenate([[0], np.cumsum(~links)])[mine]) == 0
    linked = returns.simple(returns.growth_index(np.where(links, daily, np.nan))[mine])
    # A stretch of one day keeps that day's own return, so a series matches itself to the bit.
    stretches = np.where(np.diff(mine) == 1, daily[mine[1:] - 1], np.where(whole, linked, np.nan))
    market = returns.simple(benchmark.values[theirs])
    usable = np.isfinite(stretches) & np.isfinite(market)
    return stretches[usable], market[usable]
