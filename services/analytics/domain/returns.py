"""Time-weighted, annualised and money-weighted returns, as plain fractions (0.25 is 25 %)."""

import numpy as np

from services.analytics.domain.series import Days, Floats

DAYS_A_YEAR = 365
SHORTEST_CALENDAR_YEAR = 364

# XIRR looks for yearly growth between a millionth of the money and a million times of it.
_HORIZON = np.log(1e6)
_GRID = np.linspace(0.0, _HORIZON, 140)
_GRID_FROM_ZERO = np.concatenate([-_GRID[:0:-1], _GRID])
_BISECTIONS = 80


def simple(levels: Floats) -> Floats:
    """Return p_t / p_{t-1} − 1 along axis 0, shape (n−1, …); NaN after a level that is not > 0."""
    return _grown(levels[1:], levels[:-1])


def time_weighted(values: Floats, inflows: Floats, outflows: Floats) -> Floats:
    """Return daily returns (V_t + out_t) / (V_{t−1} + in_t) − 1, shape (n−1,).

    Inflows come at the start of their day, outflows leave at its end; the flows of position 0
    belong to the base and are not read. NaN where the denominator is not positive: nothing was
    invested, so the day is skipped.
    """
    return _grown(values[1:] + outflows[1:], values[:-1] + inflows[1:])


def _grown(ends: Floats, starts: Floats) -> Floats:
    growth = np.full(starts.shape, np.nan)
    np.divide(ends, starts, out=growth, where=starts > 0)
    return growth - 1.0


def growth_index(returns: Floats) -> Floats:
    """Return the value of 1 invested at the base, shape (n+1, …), flat over skipped (NaN) days."""
    factors = 1.0 + np.nan_to_num(returns, nan=0.0)
    return np.concatenate([np.ones((1, *returns.shape[1:])), np.cumprod(factors, axis=0)])


def total(returns: Floats) -> float:
    """Return the linked return ∏(1 + r_t) − 1 over the days that have one."""
    return float(np.nanprod(1.0 + returns) - 1.0)


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
    """Return (1 + TR)^(365/days) − 1; NaN for no days or where more than everything was lost."""
    if days <= 0 or total_return < -1.0:
        return np.nan
    return float((1.0 + total_return) ** (DAYS_A_YEAR / days) - 1.0)


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
    values = np.array([_worth(growth, years, amounts) for growth in _GRID_FROM_ZERO])
    exact = _GRID_FROM_ZERO[values == 0]
    crossings = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)
    refined = [_bisected(_GRID_FROM_ZERO[i : i + 2], years, amounts) for i in crossings]
    roots = np.concatenate([exact, refined])
    if not len(roots) or not years.any():
        return np.nan
    return float(np.expm1(roots[np.argmin(np.abs(roots))]))


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
