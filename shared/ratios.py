"""Split ratios: exact fractions, new for old."""

import re
from fractions import Fraction
from typing import Final

# Two numbers of at most nine digits keep a ratio in two integers that every database has.
LARGEST: Final = 10**9
_NUMBER: Final = r"\d{1,9}(?:\.\d{1,8})?"
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
