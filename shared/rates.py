"""Exchange rates: direct, inverse, and crossed through EUR or USD."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from shared.money import EXACT, round_to

BRIDGES: Final = ("EUR", "USD")
PLACES: Final = 12
_ONE: Final = Decimal(1)


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
        return Rate(_ONE)
    rate = _leg(source, target, closes) or _crossed(source, target, closes)
    return rate and Rate(round_to(rate.value, PLACES), rate.day, rate.pairs)


def pair_symbols(source: str, target: str) -> frozenset[str]:
    """Return the symbols of all pairs that a rate between two currencies may rest on."""
    ends = {source, target, *BRIDGES}
    return frozenset(near + far for near in ends for far in ends if near != far)


def _crossed(source: str, target: str, closes: Closes) -> Rate | None:
    for bridge in BRIDGES:
        if bridge in (source, target):
            continue
        near, far = _leg(source, bridge, closes), _leg(bridge, target, closes)
        if near and far and near.day and far.day:
            value = EXACT.multiply(near.value, far.value)
            return Rate(value, min(near.day, far.day), near.pairs + far.pairs)
    return None


def _leg(source: str, target: str, closes: Closes) -> Rate | None:
    if direct := closes(source + target):
        return Rate(*direct, (source + target,))
    if inverse := closes(target + source):
        return Rate(EXACT.divide(_ONE, inverse[0]), inverse[1], (target + source,))
    return None
