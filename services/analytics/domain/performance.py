"""The performance metrics of one value series (a portfolio's or an asset's) over a window."""

from dataclasses import fields, replace
from typing import NamedTuple

import numpy as np

from services.analytics.domain import returns, risk
from services.analytics.domain.codes import Code, warn
from services.analytics.domain.fx import Converted
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
from services.analytics.domain.remarks import remarks_within
from services.analytics.domain.series import Days, Floats, Series
from services.analytics.domain.track import Part, Request, Track
from services.analytics.domain.valuation import Books, Valuation

Levels = Series | Converted


def unvalued() -> Metrics:
    """Return the metrics of a window without any valuation: everything is None, and says so."""
    groups = (Growth, Dispersion, Drawdown, Relative)
    names = ["start_date", "end_date", *(entry.name for group in groups for entry in fields(group))]
    return Metrics(warnings=tuple(warn(name, Code.NO_VALUATION) for name in names))


def measure_portfolio(
    valuation: Valuation,
    books: Books,
    request: Request,
    benchmark: Levels | None = None,
) -> Metrics:
    """Measure a portfolio on the days that have a value."""
    measured = measure(Track.of_portfolio(valuation, books), request, benchmark)
    return remarked(measured, valuation, books, request)


def remarked(metrics: Metrics, valuation: Valuation, books: Books, request: Request) -> Metrics:
    """Return metrics with what is to be said of the values that they rest on."""
    about = remarks_within(valuation, books, request, metrics.window.start_date)
    return replace(metrics, warnings=(*about, *metrics.warnings))


def measure(track: Track, request: Request, benchmark: Levels | None = None) -> Metrics:
    """Measure ``track`` over the window of ``request``, against the levels of ``benchmark``.

    ``benchmark`` is in the track's currency, or with what turns it into that.
    """
    part = track.cut(request)
    return unvalued() if part is None else measure_part(part, request, benchmark)


def measure_part(part: Part, request: Request, benchmark: Levels | None = None) -> Metrics:
    """Measure one window; ``request`` is the one that it was cut by."""
    notes = noted(part)
    if request.start is not None and part.days[0] > request.start:
        notes.remark("start_date", Code.HISTORY_STARTS_LATER, day=part.days[0])
    if len(part.skipped):
        facts = {"count": len(part.skipped), "day": part.skipped[0]}
        notes.remark("total_return", Code.ZERO_DENOMINATOR, **facts)
    growth = _growth(notes, part, request)
    return Metrics(
        Window(part.days[0], part.days[-1], part.length, len(part.observations)),
        growth,
        _dispersion(notes, part, request),
        _drawdown(notes, part, growth.annualized_return),
        _relative(notes, part, request, benchmark),
        tuple(notes.warnings),
    )


def noted(part: Part) -> Notes:
    """Return what turns figures of a window that are not defined into None and warnings."""
    frequency = part.observed.frequency
    sparse = frequency.periods if frequency.is_sparse else None
    return Notes(len(part.observations), is_lost=part.is_lost, sparse=sparse)


def _growth(notes: Notes, part: Part, request: Request) -> Growth:
    total = returns.total(part.daily) if np.isfinite(part.daily).any() else np.nan
    # Asked first: eightfold in a day is more than a float can hold in a year.
    annual, undefined = np.nan, Code.PERIOD_UNDER_ONE_YEAR
    if returns.counts_as_year(part.length, *request.within(part.days)):
        annual, undefined = returns.annualised(total, part.length), Code.TOO_LARGE
    return Growth(
        notes.figure("total_return", total, Code.NO_RETURNS),
        notes.figure("annualized_return", annual, undefined),
        _money_weighted(notes, part),
    )


def money_at_risk(
    notes: Notes, name: str, part: Floats | float, value: float, few: Code
) -> float | None:
    """Return the part of a value that one day may take, as money.

    A debt has none, and a loss of it would be a gain.
    """
    if value <= 0.0:
        return notes.figure(name, np.nan, Code.NOTHING_TO_DIVIDE)
    return notes.of_one_day(name, np.multiply(part, value), few)


def _money_weighted(notes: Notes, part: Part) -> float | None:
    """Return the XIRR of the base value put in, the flows since, and the last value taken out."""
    ends = part.values[[0, -1]] * (-1.0, 1.0)
    days, places = np.unique(
        np.concatenate([part.days[[0, -1]], part.flows.days]), return_inverse=True
    )
    amounts = np.zeros(len(days))
    np.add.at(amounts, places, np.concatenate([ends, part.flows.values]))
    moved = amounts != 0.0
    undefined = Code.NO_ROOT if returns.changes_sign(amounts) else Code.NO_SIGN_CHANGE
    rate = returns.xirr(days[moved], amounts[moved])
    return notes.figure("money_weighted_return", rate, undefined)


def _dispersion(notes: Notes, part: Part, request: Request) -> Dispersion:
    observations, periods = part.observations, part.observed.frequency.periods
    excess = observations - risk.per_period_rate(request.risk_free_rate, periods)
    at_risk = risk.value_at_risk(observations)
    shortfall = risk.expected_shortfall(observations, at_risk)
    few = Code.INSUFFICIENT_OBSERVATIONS
    return Dispersion(
        notes.scaled("volatility", risk.volatility(observations, periods), few),
        notes.scaled("sharpe_ratio", risk.sharpe(excess, periods), Code.ZERO_DISPERSION),
        notes.scaled("sortino_ratio", risk.sortino(excess, periods), Code.NO_DOWNSIDE),
        money_at_risk(notes, "var_95", at_risk, part.worth, few),
        notes.of_one_day("var_95_percentage", at_risk, few),
        money_at_risk(notes, "cvar_95", shortfall, part.worth, few),
    )


def _drawdown(notes: Notes, part: Part, annual: float | None) -> Drawdown:
    days, levels = part.observed.path
    observations = part.observations
    deepest = risk.max_drawdown(levels) if len(observations) else np.nan
    fall = risk.deepest_fall(levels) if len(observations) else None
    none = Code.TOTAL_LOSS if part.is_lost else Code.NO_DRAWDOWN
    ratio = np.nan if annual is None else risk.calmar(annual, deepest)
    undefined = none if annual is not None else notes.cause("annualized_return")
    recovery = fall.recovery if fall else None
    return Drawdown(
        notes.figure("max_drawdown", deepest, Code.NO_RETURNS),
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


def _relative(notes: Notes, part: Part, request: Request, benchmark: Levels | None) -> Relative:
    mine, market, periods = against(part, benchmark)
    undefined = Code.NO_COMMON_DAYS if len(mine) < 2 else Code.ZERO_DISPERSION
    if benchmark is None:
        undefined = Code.NO_BENCHMARK
    riskless = risk.per_period_rate(request.risk_free_rate, periods)
    figures = {
        "beta": risk.beta(mine - riskless, market - riskless),
        "alpha": risk.alpha(mine - riskless, market - riskless, periods),
        "r_squared": risk.r_squared(mine, market),
        "tracking_error": risk.tracking_error(mine, market, periods),
        "information_ratio": risk.information_ratio(mine, market, periods),
    }
    return Relative(**{name: notes.figure(name, figures[name], undefined) for name in figures})


class Common(NamedTuple):
    """Both sides' returns from one common day to the next, (n,); ``periods`` of them are a year."""

    mine: Floats
    market: Floats
    periods: float


def against(part: Part, benchmark: Levels | None) -> Common:
    """Return the common returns of a window and a benchmark; none without one."""
    days, observed, frequency = part.observed
    if benchmark is None or part.is_lost:
        return Common(np.array([]), np.array([]), frequency.periods)
    return common_returns(days, observed, benchmark, frequency.periods)


def common_returns(
    days: Days, observed: Floats, benchmark: Levels, periods: float = risk.TRADING_DAYS
) -> Common:
    """Return what two series have in common, from one common day to the next.

    ``observed`` of shape (days−1,) leads into ``days[1:]``. The base of the benchmark is its last
    level on or before the first day; else nothing is filled: where one side has no value on a
    day, both run on to the next day that both have, and fewer of such returns are a year. A
    stretch with a day that has no return or left nothing has none itself; one day alone keeps its
    own, whatever it is.
    """
    if not len(days):
        return Common(np.array([]), np.array([]), periods)
    levels = _from_base(benchmark, days[0])
    if np.array_equal(days, levels.days):
        return _usable(observed, returns.simple(levels.values), np.ones(len(observed)), periods)
    _, own, theirs = np.intersect1d(days, levels.days, assume_unique=True, return_indices=True)
    if len(own) < 2:
        return Common(np.array([]), np.array([]), periods)
    links = observed > -1.0
    whole = np.diff(np.concatenate([[0], np.cumsum(~links)])[own]) == 0
    linked = returns.simple(returns.growth_index(np.where(links, observed, np.nan))[own])
    # A stretch of one day keeps that day's own return, so a series matches itself to the bit.
    lengths = np.diff(own)
    stretches = np.where(lengths == 1, observed[own[1:] - 1], np.where(whole, linked, np.nan))
    return _usable(stretches, returns.simple(levels.values[theirs]), lengths, periods)


def _usable(mine: Floats, market: Floats, lengths: Floats, periods: float) -> Common:
    """Return the pairs that both have; longer than an observation, there are fewer a year."""
    usable = np.isfinite(mine) & np.isfinite(market)
    count = int(usable.sum())
    share = count / float(lengths[usable].sum()) if count else 1.0
    return Common(mine[usable], market[usable], periods * share)


def _from_base(benchmark: Levels, base: Day) -> Series:
    """Return a benchmark from ``base`` on; there it has its last level on or before that day."""
    levels = benchmark.on_own_days() if isinstance(benchmark, Converted) else benchmark
    start = int(np.searchsorted(levels.days, base, side="right")) - 1
    if start < 0:
        return levels
    days, values = levels.days[start + 1 :], levels.values[start + 1 :]
    first = np.array([base])
    return Series(
        np.concatenate([first, days]), np.concatenate([benchmark.as_of(first).values, values])
    )
