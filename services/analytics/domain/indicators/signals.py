"""What the last day's values say, by rules that everybody knows; no advice.

| indicator | signal |
| --- | --- |
| rsi, mfi, stochastic %K, williams_r, cci | `overbought` over, `oversold` under its levels |
| sma, ema, wma | `bullish` while the close is above, `bearish` while it is below |
| macd | `bullish_crossover`, `bearish_crossover` on the day its histogram changes sign |
| bollinger | `breakout_up` over the upper band, `breakout_down` under the lower one |
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.analytics.domain.comparing import FIGURE, apart
from services.analytics.domain.indicators.formulas import Lines
from services.analytics.domain.indicators.names import Indicator
from services.analytics.domain.series import Floats

# Wilder 1978 for RSI, the authors' own levels for the others.
LEVELS: Final[Mapping[str, tuple[str, float, float]]] = {
    "rsi": ("value", 30.0, 70.0),
    "mfi": ("value", 20.0, 80.0),
    "stochastic": ("k", 20.0, 80.0),
    "williams_r": ("value", -80.0, -20.0),
    "cci": ("value", -100.0, 100.0),
}
AVERAGES: Final = frozenset({"sma", "ema", "wma"})


@dataclass(frozen=True, slots=True)
class Signal:
    """What one indicator says on the last day."""

    indicator: str
    signal: str
    description: str


Found = tuple[str, str] | None


def read(indicator: Indicator, lines: Lines, close: Floats) -> Signal | None:
    """Return what ``indicator`` says on the last day of its ``lines``, if anything.

    Args:
        close: the closes of the same days, two at least.
    """
    found: Found = None
    if indicator.kind in LEVELS:
        found = _level(indicator, lines)
    elif indicator.kind in AVERAGES:
        found = _average(indicator, lines, close)
    elif indicator.kind == "macd":
        found = _crossover(indicator, lines, close)
    elif indicator.kind == "bollinger":
        found = _breakout(indicator, lines, close)
    return Signal(indicator.name, *found) if found else None


def _level(indicator: Indicator, lines: Lines) -> Found:
    line, low, high = LEVELS[indicator.kind]
    value = lines[line][-1]
    if apart(value, high, FIGURE) > 0.0:
        return "overbought", f"{indicator.name} is {value:.2f}, over {high:g}."
    if apart(value, low, FIGURE) < 0.0:
        return "oversold", f"{indicator.name} is {value:.2f}, under {low:g}."
    return None


def _average(indicator: Indicator, lines: Lines, close: Floats) -> Found:
    distance = apart(close[-1], lines["value"][-1], FIGURE)
    if distance > 0.0:
        return "bullish", f"The close is above {indicator.name}."
    if distance < 0.0:
        return "bearish", f"The close is below {indicator.name}."
    return None


def _crossover(indicator: Indicator, lines: Lines, close: Floats) -> Found:
    before, after = lines["histogram"][-2:]
    # A difference of averages of prices is off by a part of the price, however small it is.
    noise = FIGURE * abs(close[-1])
    if not (before < -noise and after > noise) and not (before > noise and after < -noise):
        return None
    signal, where = ("bullish", "above") if after > 0 else ("bearish", "below")
    return f"{signal}_crossover", f"{indicator.name} has crossed {where} its signal line."


def _breakout(indicator: Indicator, lines: Lines, close: Floats) -> Found:
    if apart(close[-1], lines["upper"][-1], FIGURE) > 0.0:
        return "breakout_up", f"The close is above the upper band of {indicator.name}."
    if apart(close[-1], lines["lower"][-1], FIGURE) < 0.0:
        return "breakout_down", f"The close is below the lower band of {indicator.name}."
    return None
