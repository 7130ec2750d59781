"""Time-weighted, annualised and money-weighted returns, as plain fractions (0.25 is 25 %)."""

from itertools import pairwise

import numpy as np

from services.analytics.domain.comparing import FIGURE
from services.analytics.domain.series import Days, Floats, Indexes

DAYS_A_YEAR = 365
SHORTEST_CALENDAR_YEAR = 364

# XIRR looks for yearly growth between a millionth of the money and a million times of it.
_HORIZON = np.log(1e6)
_GRID = np.linspace(0.0, _HORIZON, 140)
_BISECTIONS = 80

# Of the size of what was added up.
_ROUNDING = 1e-13
# What is left of nothing but rounding is no debt.
_ALL_LOST = -1.0 - FIGURE


def simple(levels: Floats) -> Floats:
    """Return p_t / p_{t-1} − 1 along axis 0, shape (n−1, …); NaN after a level that is not > 0."""
    return _grown(levels[1:], levels[:-1])


def time_weighted(values: Floats, inflows: Floats, outflows: Floats) -> Floats:
    """Return daily returns (V_t + out_t) / (V_{t−1} + in_t) − 1, shape (n−1,).

    Inflows come at the start of their day, outflows leave at its end; the flows of position 0
    belong to the base and are not read. NaN where the denominator is zero: nothing was invested,
    so the day is skipped; −∞ where it is negative: no return can be linked with that of a debt.
    """
    before, entering = values[:-1], inflows[1:]
    starts = before + entering
    # A debt that is paid leaves nothing, and no rounding of it that something could be divided by.
    starts[np.abs(starts) <= _ROUNDING * (np.abs(before) + entering)] = 0.0
    daily = _grown(values[1:] + outflows[1:], starts)
    daily[starts < 0.0] = -np.inf
    return daily


def _grown(ends: Floats, starts: Floats) -> Floats:
    growth = np.full(starts.shape, np.nan)
    np.divide(ends, starts, out=growth, where=starts > 0)
    return growth - 1.0


def linked(returns: Floats, starts: Indexes, stops: Indexes) -> Floats:
    """Return the linked return of each stretch ``returns[start:stop]``, shape (stretches,).

    Stretches follow one another without a gap. 0 where one is empty, NaN where no day in it has a
    return.
    """
    if len(returns) == len(starts) and (stops - starts == 1).all():
        return returns
    result = np.zeros(len(starts))
    filled = stops > starts
    begins = starts[filled]
    if len(begins):
        has_return = ~np.isnan(returns)
        factors = np.where(has_return, np.maximum(returns + 1.0, 0.0), 1.0)
        growth = np.multiply.reduceat(factors, begins) - 1.0
        any_return = np.logical_or.reduceat(has_return, begins)
        result[filled] = np.where(any_return, growth, np.nan)
    return result


def growth_index(returns: Floats) -> Floats:
    """Return the value of 1 invested at the base, shape (n+1, …), flat over skipped (NaN) days.

    NaN from the day on which more than everything was lost: what comes then cannot be linked.
    """
    index = np.ones((len(returns) + 1, *returns.shape[1:]))
    np.add(returns, 1.0, out=index[1:], where=~np.isnan(returns))
    if index.min() < 0.0:
        index[index < 1.0 + _ALL_LOST] = np.nan
        index[index < 0.0] = 0.0
    return np.cumprod(index, axis=0, out=index)


def total(returns: Floats) -> float:
    """Return the linked return ∏(1 + r_t) − 1 over the days that have one.

    NaN where more than everything was lost on one of them.
    """
    return np.nan if lost_all(returns) else float(np.nanprod(np.maximum(1.0 + returns, 0.0)) - 1.0)


def lost_all(returns: Floats) -> bool:
    """Say whether more than everything was lost on a day: two such days would make a gain."""
    return bool((returns < _ALL_LOST).any())


def counts_as_year(days: int, start: np.datetime64, end: np.datetime64) -> bool:
    """Say whether a window of ``days`` between its effective dates may be annualised.

    365 days, or 364 where the asked window is one calendar year (1 January, or the 31 December
    before it, to 31 December): its first and last market days lie that close together at times.
    Under a year: GIPS 5.A.4 forbids it.
    """
    if days >= DAYS_A_YEAR:
        return True
    year = end.astype("datetime64[Y]")
    first = year.astype("datetime64[D]")
    whole = end == (year + 1).astype("datetime64[D]") - 1 and start in (first, first - 1)
    return bool(whole) and days >= SHORTEST_CALENDAR_YEAR


def annualised(total_return: float, days: int) -> float:
    """Return (1 + TR)^(365/days) − 1.

    NaN for no days, where more than everything was lost, and where no float holds it.
    """
    if days <= 0 or total_return < -1.0:
        return np.nan
    try:
        return float((1.0 + total_return) ** (DAYS_A_YEAR / days) - 1.0)
    except OverflowError:
        return np.nan


def changes_sign(amounts: Floats) -> bool:
    """Say whether money went both ways, without which no rate of return exists."""
    return bool((amounts < 0).any() and (amounts > 0).any())


def xirr(days: Days, amounts: Floats) -> float:
    """Return the money-weighted annual rate (XIRR, ACT/365), from the investor's side.

    Money paid in is negative, money got back positive, in any order. Of several roots the one
    nearest to zero; NaN where money goes one way only or no rate from −99.9999 % to
    100,000,000 % explains it. Microsoft's example gives 0.373362535.
    """
    if not changes_sign(amounts):
        return np.nan
    years = (days - days.min()).astype(np.float64) / DAYS_A_YEAR
    if not years.any():
        return np.nan
    # From zero outwards, so the first roots are the nearest.
    for near, far in pairwise(_GRID):
        brackets = (np.array([near, far]), np.array([-near, -far]))
        roots = [root for ends in brackets for root in _roots(ends, years, amounts)]
        if roots:
            return float(np.expm1(min(roots, key=abs)))
    return np.nan


def _roots(ends: Floats, years: Floats, amounts: Floats) -> list[float]:
    """Return the roots at the ends and the one between them, if there are any."""
    worths = [_worth(end, years, amounts) for end in ends]
    if worths[0] * worths[1] < 0:
        return [_bisected(ends, years, amounts)]
    return [float(end) for end, worth in zip(ends, worths, strict=True) if worth == 0]


def _worth(growth: float, years: Floats, amounts: Floats) -> float:
    # Discounted to the first day for growth, to the last for decay: no exponent is positive, so
    # nothing overflows, and the sign is the same.
    periods = years if growth >= 0 else years - years.max()
    return float(amounts @ np.exp(-growth * periods))


def _bisected(bracket: Floats, years: Floats, amounts: Floats) -> float:
    low, high = bracket
    rising = _worth(low, years, amounts) < 0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if (_worth(middle, years, amounts) < 0) == rising:
            low = middle
        else:
            high = middle
    return float((low + high) / 2)
