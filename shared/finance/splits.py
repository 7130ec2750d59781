"""Splits: exact ratios, new for old, and what they make of a quantity and of a price."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

from shared.finance.money import EXACT, round_to

# Two numbers of at most nine digits keep a ratio in two integers that every database has.
LARGEST: Final = 10**9
QUANTITY_PLACES: Final = 8
# The largest itself is read too, since `ratio_text` may write it: 0.1 for 100,000,000.
_NUMBER: Final = r"10{9}|\d{1,9}(?:\.\d{1,8})?"
_RATIO: Final = re.compile(rf"({_NUMBER})(?:\s*:\s*({_NUMBER}))?", re.ASCII)


def parse_ratio(text: str) -> Fraction:
    """Return the ratio that `text` writes: "4:1" is four new for one old, "0.25" a quarter.

    Raises:
        ValueError: it is no ratio, not positive, or finer than one in a billion; says why.
    """
    match = _RATIO.fullmatch(text.strip())
    new, old = (Fraction(part or "1") for part in match.groups()) if match else (Fraction(0),) * 2
    if not new or not old:
        raise ValueError('Not a ratio: write "4:1", four new for one old.')
    ratio = new / old
    if max(ratio.numerator, ratio.denominator) > LARGEST:
        raise ValueError("The ratio is finer than one in a billion.")
    return ratio


def ratio_text(ratio: Fraction) -> str:
    """Return `ratio` as the contract writes it: "4:1"."""
    return f"{ratio.numerator}:{ratio.denominator}"


def scaled(quantity: Decimal, ratio: Fraction) -> Decimal:
    """Return quantity × ratio to 8 decimals, rounded once: 300 × 1:3 is 100."""
    product = EXACT.multiply(quantity, ratio.numerator)
    return round_to(EXACT.divide(product, ratio.denominator), QUANTITY_PLACES)


def price_after(price: Decimal, ratio: Fraction) -> Decimal:
    """Return what one piece of `price` costs after a split, not rounded: 400 by 4:1 is 100."""
    return EXACT.divide(EXACT.multiply(price, ratio.denominator), ratio.numerator)
