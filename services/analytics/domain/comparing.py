"""Which of two computed numbers is the larger, where rounding alone must not say so.

A price is a decimal, and a float holds it to 2⁻⁵³ of its size. Equal ones that were divided by the
splits after them, averaged to a typical price or made into a return come out some of these apart,
and a comparison decided by that would give a day's whole volume to one side. So wherever numbers
are compared, those that lie within a part of their size are the same one.
"""

from typing import Final

import numpy as np

from services.analytics.domain.series import Floats

# Of prices and of one period's growth: 64 times what a float keeps, so that some steps of
# arithmetic are the same price still, and prices of 14 digits are told apart.
PRICE: Final = 2.0**-47
# Of what sums or links the prices of a whole history: averages, oscillators, indexes.
FIGURE: Final = 1e-9
_FIGURE_PLACES: Final = 9


def apart(first: Floats | float, second: Floats | float, part: float = PRICE) -> Floats:
    """Return ``first`` − ``second``, exactly 0 where they are the same; NaN where one is NaN.

    Args:
        part: of the larger size, up to which two numbers are the same: PRICE or FIGURE.
    """
    difference = np.subtract(first, second)
    size = np.maximum(np.abs(first), np.abs(second))
    return np.where(np.abs(difference) <= part * size, 0.0, difference)


def growth_apart(first: Floats | float, second: Floats | float, part: float = PRICE) -> Floats:
    """Return by how much returns differ, as `apart`: their rounding stands in 1 + return."""
    return apart(np.add(first, 1.0), np.add(second, 1.0), part)


def levelled(fractions: Floats) -> Floats:
    """Return fractions by which to rank: those that are the same but for rounding are equal."""
    return np.round(fractions, _FIGURE_PLACES)
