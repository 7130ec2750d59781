"""What a JSON body holds is counted before it is read.

A number of four bytes becomes a `Decimal` of a hundred, so that 16 MiB of them would take half a
gigabyte before anything could be said of the number of rows.
"""

import re
from itertools import islice
from typing import Final

from shared.errors import ValidationFailed

# The longest bulk, 50,000 prices, has some 400,000. They take 90 MB at worst.
MOST_VALUES: Final = 500_000

# Each value stands behind one of the signs, but the first of all. In a string they are none; one
# without an end takes the rest.
_SIGNS: Final = (b"[", b"{", b",")
_STRING_OR_SIGN: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|([\[{,])', re.DOTALL)


def require_few_values(body: bytes) -> None:
    """Look at the size of what a JSON body holds.

    Raises:
        ValidationFailed: it has more than `MOST_VALUES` values, those inside others included.
    """
    if sum(map(body.count, _SIGNS)) <= MOST_VALUES:
        return
    signs = (match for match in _STRING_OR_SIGN.finditer(body) if match.lastindex)
    if next(islice(signs, MOST_VALUES, None), None):
        raise ValidationFailed.of("body", f"It has more than {MOST_VALUES} values.")
