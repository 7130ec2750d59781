"""The asked indicators of one asset over a window."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.indicators import signals
from services.analytics.domain.indicators.bars import Bars, Mask
from services.analytics.domain.indicators.formulas import Lines
from services.analytics.domain.indicators.names import KINDS, Indicator, Kind
from services.analytics.domain.indicators.signals import Signal
from services.analytics.domain.metrics import Day
from services.analytics.domain.series import Days, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """Indicators by name on the ``days`` of the window, NaN while they warm up.

    An indicator is a dict of lines of shape (days,): `{"value"}` or its several names. None where
    the prices lack what it reads; a warning says so. ``latest`` and ``signals`` are those of the
    window's last day.
    """

    days: Days
    indicators: dict[str, Lines | None]
    signals: tuple[Signal, ...]
    warnings: tuple[Warning, ...]

    @property
    def latest(self) -> dict[str, dict[str, float] | None]:
        """The values of the last day by indicator and line, NaN where one is not defined."""
        return {
            name: None if lines is None else _last(lines) for name, lines in self.indicators.items()
        }


def draw(
    bars: Bars, indicators: Sequence[Indicator], start: Day | None = None, end: Day | None = None
) -> Chart:
    """Compute ``indicators`` over all ``bars`` and cut them to ``start`` … ``end``, both included.

    None is the first or last day there is.
    """
    first = 0 if start is None else int(np.searchsorted(bars.days, start, side="left"))
    stop = len(bars.days) if end is None else int(np.searchsorted(bars.days, end, side="right"))
    cut = slice(first, max(first, stop))
    whole = {indicator.name: _lines(indicator, bars) for indicator in indicators}
    drawn = {name: lines and _cut(lines, cut) for name, lines in whole.items()}
    warnings = [warning for item in indicators for warning in _remarks(item, drawn[item.name])]
    said = _signals(indicators, whole, bars.close[:stop]) if first < stop else ()
    return Chart(bars.days[cut], drawn, said, tuple(warnings))


def _lines(indicator: Indicator, bars: Bars) -> Lines | None:
    """Return the lines over all days; where a day lacks something to read it is passed over."""
    kind = KINDS[indicator.kind]
    usable = bars.complete(extremes=kind.extremes, volume=kind.volume)
    if usable.all():
        return indicator.lines(bars)
    if not usable.any():
        return None
    return {
        name: _spread(line, usable) for name, line in indicator.lines(bars.only(usable)).items()
    }


def _spread(line: Floats, usable: Mask) -> Floats:
    values = np.full(len(usable), np.nan)
    values[usable] = line
    return values


def _cut(lines: Lines, part: slice) -> Lines:
    return {name: line[part] for name, line in lines.items()}


def _remarks(indicator: Indicator, lines: Lines | None) -> list[Warning]:
    field = f"indicators.{indicator.name}"
    if lines is None:
        return [warn(field, Code.INPUT_MISSING, needed=_needed(KINDS[indicator.kind]))]
    if all(np.isnan(line).all() for line in lines.values()):
        return [warn(field, Code.NO_INDICATOR_VALUE)]
    return []


def _needed(kind: Kind) -> str:
    names = ["high and low"] * kind.extremes + ["volume"] * kind.volume
    return ", ".join(names)


def _signals(
    indicators: Sequence[Indicator], whole: dict[str, Lines | None], close: Floats
) -> tuple[Signal, ...]:
    """Return what the last day of ``close`` says; its day before may lie before the window."""
    if len(close) < 2:
        return ()
    part = slice(0, len(close))
    found = [
        signals.read(indicator, _cut(lines, part), close)
        for indicator in indicators
        if (lines := whole[indicator.name]) is not None
    ]
    return tuple(signal for signal in found if signal)


def _last(lines: Lines) -> dict[str, float]:
    return {name: float(line[-1]) if len(line) else np.nan for name, line in lines.items()}
