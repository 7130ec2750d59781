"""Split ratios in a ledger: a wrong one is the entry's mistake."""

from fractions import Fraction

from services.portfolio.domain.errors import InvalidEntry
from shared import ratios
from shared.ratios import ratio_text

__all__ = ["parse_ratio", "ratio_text"]


def parse_ratio(text: str) -> Fraction:
    """Return the ratio that `text` writes: "4:1" is four new for one old, "0.25" a quarter.

    Raises:
        InvalidEntry: it is no ratio, not positive, or finer than one in a billion.
    """
    try:
        return ratios.parse_ratio(text)
    except ValueError as error:
        raise InvalidEntry({"ratio": str(error)}) from error
