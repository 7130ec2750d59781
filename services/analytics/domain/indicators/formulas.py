"""The indicators themselves: (bars, parameters) → lines of shape (days,).

Bars have no gap in what a formula reads. Oscillators and `roc` are in percent (0 to 100),
`volatility` is in percent a year. NaN where a value is not defined: a window without any
movement has no position in its range.
"""

import math

import numpy as np

from services.analytics.domain import returns
from services.analytics.domain.comparing import PRICE, apart
from services.analytics.domain.indicators import smoothing
from services.analytics.domain.indicators.bars import Bars
from services.analytics.domain.indicators.smoothing import moving, ratio, warmed_up, wilder
from services.analytics.domain.series import Floats

# Lambert's constant brings about three quarters of the values between −100 and 100.
CCI_SCALE = 0.015

Lines = dict[str, Floats]


def sma(bars: Bars, count: int) -> Floats:
    """Return the simple moving average of the close."""
    return smoothing.sma(bars.close, count)


def ema(bars: Bars, count: int) -> Floats:
    """Return the exponential moving average of the close, seeded with its SMA."""
    return smoothing.ema(bars.close, count)


def wma(bars: Bars, count: int) -> Floats:
    """Return the linearly weighted moving average of the close."""
    return smoothing.wma(bars.close, count)


def rsi(bars: Bars, count: int) -> Floats:
    """Return the relative strength index, 100 · gain / (gain + loss) (Wilder 1978)."""
    changes = _changes(bars.close)
    gain = wilder(np.maximum(changes, 0.0), count)
    loss = wilder(np.maximum(-changes, 0.0), count)
    return 100.0 * ratio(gain, gain + loss)


def macd(bars: Bars, fast: int, slow: int, signal: int) -> Lines:
    """Return EMA(fast) − EMA(slow), its EMA(signal) and their difference (Appel 1979)."""
    line = smoothing.ema(bars.close, fast) - smoothing.ema(bars.close, slow)
    average = smoothing.ema(line, signal)
    return {"macd": line, "signal": average, "histogram": line - average}


def bollinger(bars: Bars, count: int, width: float) -> Lines:
    """Return SMA ± width population deviations (Bollinger 2001)."""
    middle = smoothing.sma(bars.close, count)
    spread = width * moving(bars.close, count, lambda windows: windows.std(axis=1))
    return {"upper": middle + spread, "middle": middle, "lower": middle - spread}


def true_range(bars: Bars) -> Floats:
    """Return the range of each day, the close before included; the first day has none (NaN)."""
    before = np.concatenate([np.full(len(bars.close[:1]), np.nan), bars.close[:-1]])
    return apart(np.maximum(bars.high, before), np.minimum(bars.low, before))


def atr(bars: Bars, count: int) -> Floats:
    """Return the average true range (Wilder 1978), from that of the second day on, as TA-Lib."""
    return wilder(true_range(bars), count)


def adx(bars: Bars, count: int) -> Lines:
    """Return the directional indicators and the average of their difference (Wilder 1978).

    The first day has no movement, and the averages are seeded with it as one of the first N, as
    in TA-Lib; what they give is shown from the first day on that has N movements.
    """
    up, down = _changes(bars.high), -_changes(bars.low)
    # The sums say which move was larger: up − down is how far high + low has come.
    lead = _changes(bars.high + bars.low)
    average = _smoothed(true_range(bars), count)
    plus = 100.0 * ratio(_smoothed(np.where(lead > 0.0, np.maximum(up, 0.0), 0.0), count), average)
    minus = 100.0 * ratio(
        _smoothed(np.where(lead < 0.0, np.maximum(down, 0.0), 0.0), count), average
    )
    # Days that moved neither way have no direction, which is a difference of 0.
    apart = ratio(np.abs(plus - minus), plus + minus)
    apart[(plus + minus) == 0.0] = 0.0
    return {"adx": wilder(100.0 * apart, count), "plus_di": plus, "minus_di": minus}


def _smoothed(movements: Floats, count: int) -> Floats:
    average = wilder(np.concatenate([np.zeros(len(movements[:1])), movements[1:]]), count)
    average[:count] = np.nan
    return average


def stochastic(bars: Bars, count: int, slowing: int, smooth: int) -> Lines:
    """Return %K, the SMA of the close's place in its range, and %D, the SMA of %K (Lane)."""
    k = smoothing.sma(100.0 * _place_in_range(bars, count), slowing)
    return {"k": k, "d": smoothing.sma(k, smooth)}


def williams_r(bars: Bars, count: int) -> Floats:
    """Return −100 · (highest high − close) / (highest high − lowest low) (Williams 1973)."""
    return 100.0 * _place_in_range(bars, count) - 100.0


def _place_in_range(bars: Bars, count: int) -> Floats:
    highest = moving(bars.high, count, lambda windows: windows.max(axis=1))
    lowest = moving(bars.low, count, lambda windows: windows.min(axis=1))
    return ratio(apart(bars.close, lowest), apart(highest, lowest))


def obv(bars: Bars) -> Floats:
    """Return the on-balance volume from 0 on the first day (Granville 1963)."""
    before = np.concatenate([bars.close[:1], bars.close[:-1]])
    return np.cumsum(np.sign(apart(bars.close, before)) * bars.volume)


def cci(bars: Bars, count: int) -> Floats:
    """Return (typical price − its SMA) / (0.015 · mean absolute deviation) (Lambert 1980)."""
    return moving(bars.typical, count, _channel_index)


def _channel_index(windows: Floats) -> Floats:
    average = windows.mean(axis=1)
    spread = np.abs(windows - average[:, np.newaxis]).mean(axis=1)
    # A typical price that stands still differs from its own mean by rounding alone.
    spread[spread <= PRICE * np.abs(average)] = 0.0
    return ratio(windows[:, -1] - average, CCI_SCALE * spread)


def mfi(bars: Bars, count: int) -> Floats:
    """Return the money flow index, 100 · inflow / (inflow + outflow) (Quong & Soudack 1989)."""
    changes = _changes(bars.typical)[1:]
    flow = bars.typical[1:] * bars.volume[1:]
    rising = moving(flow * (changes > 0), count, lambda windows: windows.sum(axis=1))
    falling = moving(flow * (changes < 0), count, lambda windows: windows.sum(axis=1))
    return warmed_up(100.0 * ratio(rising, rising + falling), len(bars.days))


def roc(bars: Bars, count: int) -> Floats:
    """Return the rate of change over ``count`` days in percent."""
    before, after = bars.close[:-count], bars.close[count:]
    return warmed_up(100.0 * (ratio(after, before) - 1.0), len(bars.close))


def vwap(bars: Bars) -> Floats:
    """Return the typical price weighted by the volume since the first day of the history."""
    return ratio(np.cumsum(bars.typical * bars.volume), np.cumsum(bars.volume))


def volatility(bars: Bars, count: int) -> Floats:
    """Return the deviation (n−1) of the last ``count`` daily returns · √periods, in percent."""
    changes = returns.simple(bars.close)
    spread = moving(changes, count, lambda windows: windows.std(axis=1, ddof=1))
    return warmed_up(100.0 * math.sqrt(bars.periods) * spread, len(bars.close))


def _changes(values: Floats) -> Floats:
    """Return each day's change; the first day has none."""
    return warmed_up(apart(values[1:], values[:-1]), len(values))
