"""Splits: what turns the prices of one side of them into those of the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import accumulate
from math import prod
from operator import mul
from typing import Final

from services.assets.domain.quotes import PRICE_PLACES, Bar
from shared.finance.money import EXACT, round_to
from shared.finance.splits import price_after

# By more no price can be adjusted exactly, and no share of this world ever was.
_MOST: Final = 10**12


@dataclass(frozen=True)
class Split:
    """A split, before the trading of its day; `ratio` is new for old."""

    date: date
    ratio: Fraction


def factor(splits: Iterable[Split], after: date, until: date = date.max) -> Fraction:
    """Return how many pieces one piece of the day `after` has become on the day `until`."""
    return prod((split.ratio for split in splits if after < split.date <= until), start=Fraction(1))


def are_too_many(splits: Iterable[Split]) -> bool:
    """Return whether one piece of some day has become more than 10^12 pieces, or less of one."""
    newest_first = sorted(splits, key=lambda split: split.date, reverse=True)
    factors = accumulate((split.ratio for split in newest_first), mul)
    return any(by > _MOST or by * _MOST < 1 for by in factors)


def adjusted(price: Decimal, by: Fraction) -> Decimal:
    """Return what one piece of `price` costs after a split, rounded as prices are."""
    return round_to(price_after(price, by), PRICE_PLACES)


def as_traded(bar: Bar, splits: Iterable[Split]) -> Bar:
    """Return a bar that was adjusted for all `splits` as it was on its day."""
    by = factor(splits, bar.date)
    if by == 1:
        return bar
    return bar._replace(
        close=adjusted(bar.close, 1 / by),
        open=bar.open and adjusted(bar.open, 1 / by),
        high=bar.high and adjusted(bar.high, 1 / by),
        low=bar.low and adjusted(bar.low, 1 / by),
        volume=bar.volume and _pieces(bar.volume, by),
    )


def _pieces(volume: int, by: Fraction) -> int:
    before = EXACT.divide(Decimal(volume * by.denominator), Decimal(by.numerator))
    return int(before.to_integral_value(ROUND_HALF_UP))
