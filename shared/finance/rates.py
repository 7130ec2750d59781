"""Exchange rates: direct, inverse, and crossed through EUR or USD.

The ways between two currencies stand here for every service; where one needs the rates of many
days at once it follows them with columns of numbers, the better way first, as `find_rate` does
for one day.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Final

from shared.finance.money import EXACT, ONE, round_to

BRIDGES: Final = ("EUR", "USD")
PLACES: Final = 12

# From which currency to which.
Leg = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of one currency for one of another.

    Attributes:
        day: of the close it rests on; of a cross, of its older leg; None needs no close.
        pairs: the symbols it rests on.
    """

    value: Decimal
    day: date | None = None
    pairs: tuple[str, ...] = ()


# The last close of a pair ("EURUSD": dollars for one euro) on or before the day one asks about.
Closes = Callable[[str], tuple[Decimal, date] | None]


def find_rate(source: str, target: str, closes: Closes) -> Rate | None:
    """Return the units of `target` for one `source`, to 12 decimals; None, never 1, if unknown."""
    if source == target:
        return Rate(ONE)
    for way in ways(source, target):
        quotes = [quote for leg in way if (quote := _quote(leg, closes))]
        if len(quotes) == len(way):
            values, days, symbols = zip(*quotes, strict=True)
            return Rate(round_to(reduce(EXACT.multiply, values), PLACES), min(days), symbols)
    return None


def ways(source: str, target: str) -> Iterator[tuple[Leg, ...]]:
    """Yield the ways between two currencies, the better first: straight, then over each bridge."""
    yield ((source, target),)
    for bridge in BRIDGES:
        if bridge not in (source, target):
            yield (source, bridge), (bridge, target)


def readings(leg: Leg) -> tuple[str, str]:
    """Return the symbol that quotes `leg`, and the one that is read inversely where that lacks."""
    near, far = leg
    return near + far, far + near


def pair_symbols(conversions: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the symbols of all pairs that rates between some currencies may rest on.

    Args:
        conversions: from which currency to which; to itself none needs a pair.
    """
    return frozenset(
        symbol
        for source, target in conversions
        if source != target
        for way in ways(source, target)
        for leg in way
        for symbol in readings(leg)
    )


def _quote(leg: Leg, closes: Closes) -> tuple[Decimal, date, str] | None:
    direct, inverse = readings(leg)
    if close := closes(direct):
        return *close, direct
    if close := closes(inverse):
        return EXACT.divide(ONE, close[0]), close[1], inverse
    return None
