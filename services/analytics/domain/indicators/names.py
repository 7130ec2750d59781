"""What a client may ask for: `sma_20`, `macd`, `macd_12_26_9`, `bollinger_20_2.5`, …"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from services.analytics.domain.indicators import formulas
from services.analytics.domain.indicators.bars import Bars
from services.analytics.domain.indicators.formulas import Lines
from services.analytics.domain.series import Floats
from shared.errors import BadRequest

DEFAULT: Final = (
    "sma_20",
    "sma_50",
    "sma_200",
    "ema_12",
    "ema_26",
    "rsi_14",
    "macd",
    "bollinger_20_2",
)
MOST_INDICATORS: Final = 50
MOST_DAYS: Final = 1000

_NAME = re.compile(r"([a-z]+(?:_[a-z]+)*)((?:_[0-9]+(?:\.[0-9]+)?)*)")


class UnknownIndicator(BadRequest):
    """A name that is not known, or whose parameters are out of bounds."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number in a name; ``whole`` ones count days."""

    name: str
    default: float
    least: float = 1
    most: float = MOST_DAYS
    whole: bool = True

    def read(self, indicator: str, text: str) -> float:
        """Return the number that ``text`` is.

        Raises:
            UnknownIndicator: it is out of bounds, or a fraction of a day.
        """
        value = float(text)
        if not self.least <= value <= self.most or (self.whole and "." in text):
            kind = "a whole number" if self.whole else "a number"
            raise UnknownIndicator(
                f"'{indicator}': {self.name} must be {kind} "
                f"from {self.least:g} to {self.most:g}, not {text}."
            )
        return int(value) if self.whole else value


@dataclass(frozen=True, slots=True)
class Kind:
    """A family of indicators: its formula, its parameters, and what it reads beside the close."""

    formula: Callable[..., Floats | Lines]
    parameters: tuple[Parameter, ...] = ()
    extremes: bool = False
    volume: bool = False


def _days(default: int, least: int = 1, name: str = "N") -> Parameter:
    return Parameter(name, default, least)


# A recursion or a deviation over one day is none, so those start at 2.
KINDS: Final[dict[str, Kind]] = {
    "sma": Kind(formulas.sma, (_days(20),)),
    "ema": Kind(formulas.ema, (_days(20, 2),)),
    "wma": Kind(formulas.wma, (_days(20),)),
    "rsi": Kind(formulas.rsi, (_days(14, 2),)),
    "macd": Kind(
        formulas.macd, (_days(12, 2, "fast"), _days(26, 3, "slow"), _days(9, 2, "signal"))
    ),
    "bollinger": Kind(formulas.bollinger, (_days(20, 2), Parameter("K", 2, 0.1, 10, whole=False))),
    "atr": Kind(formulas.atr, (_days(14, 2),), extremes=True),
    "stochastic": Kind(
        formulas.stochastic, (_days(14), _days(3, 1, "K"), _days(3, 1, "D")), extremes=True
    ),
    "obv": Kind(formulas.obv, volume=True),
    "adx": Kind(formulas.adx, (_days(14, 2),), extremes=True),
    "cci": Kind(formulas.cci, (_days(20, 2),), extremes=True),
    "mfi": Kind(formulas.mfi, (_days(14),), extremes=True, volume=True),
    "williams_r": Kind(formulas.williams_r, (_days(14),), extremes=True),
    "roc": Kind(formulas.roc, (_days(12),)),
    "vwap": Kind(formulas.vwap, extremes=True, volume=True),
    "volatility": Kind(formulas.volatility, (_days(20, 2),)),
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One asked indicator: ``name`` as it was asked, its kind and all its parameters."""

    name: str
    kind: str
    parameters: tuple[float, ...]

    def lines(self, bars: Bars) -> Lines:
        """Return its lines; one alone is called ``value``."""
        found = KINDS[self.kind].formula(bars, *self.parameters)
        return found if isinstance(found, dict) else {"value": found}


def parse(names: Iterable[str]) -> list[Indicator]:
    """Return the indicators of ``names``, each once; parameters left out have their default.

    Raises:
        UnknownIndicator: a name is not known, a parameter is out of bounds, or there are too many.
    """
    asked = list(dict.fromkeys(names))
    if len(asked) > MOST_INDICATORS:
        raise UnknownIndicator(f"At most {MOST_INDICATORS} indicators can be asked for at once.")
    return [_indicator(name) for name in asked]


def _indicator(name: str) -> Indicator:
    match = _NAME.fullmatch(name)
    if match is None or match[1] not in KINDS:
        raise UnknownIndicator(f"'{name}' is not an indicator; known are {', '.join(KINDS)}.")
    parameters = KINDS[match[1]].parameters
    given = match[2].split("_")[1:]
    if len(given) > len(parameters):
        raise UnknownIndicator(f"'{name}' takes at most {len(parameters)} parameters.")
    values = [
        parameter.read(name, text) for parameter, text in zip(parameters, given, strict=False)
    ]
    values += [parameter.default for parameter in parameters[len(given) :]]
    if match[1] == "macd" and values[0] >= values[1]:
        raise UnknownIndicator(f"'{name}': fast must be shorter than slow.")
    return Indicator(name, match[1], tuple(values))
