"""What a body holds is counted before it is read.

A number of four bytes becomes a `Decimal` of a hundred, so that 16 MiB of them would take half a
gigabyte before anything could be said of the number of rows.
"""

import re
from collections.abc import Iterable
from itertools import islice
from typing import Final

from shared.errors import ValidationFailed

# The longest bulk, 50,000 prices, has some 400,000. They take 90 MB at worst.
MOST_VALUES: Final = 500_000
# Of what is no bulk and stands in no lane: each wrong one is answered, and takes 10 µs or more.
FEW_VALUES: Final = 2_000

# While Python's parser reads these, a tenth of a second at worst, no other thread of the process
# works: of half a million names, four times as long.
_QUICK_VALUES: Final = 100_000

# Each value stands behind one of the signs, but the first of all. In a string they are none; one
# without an end takes the rest.
_SIGNS: Final = (b"[", b"{", b",")
_STRING_OR_SIGN: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|([\[{,])', re.DOTALL)
_NO_BRACKETS_OR_MARKS: Final = bytes(set(range(256)) - set(b'[]{}"'))
_OPENING: Final = b"[{"
_OBJECT: Final = ord("{")
_DEPTH_OF_ROWS: Final = 2  # in a list, in the object that the body is


def require_few_values(body: bytes, most: int = MOST_VALUES) -> None:
    """Look at the size of what a JSON body holds.

    Raises:
        ValidationFailed: it has more than `most` values, those inside others included.
    """
    if _most_possible(body) <= most:
        return
    signs = (match for match in _STRING_OR_SIGN.finditer(body) if match.lastindex)
    if next(islice(signs, most, None), None):
        raise _too_many(most)


def is_long(body: bytes) -> bool:
    """Return whether a JSON body may hold so many values that reading it keeps others waiting."""
    return _most_possible(body) > _QUICK_VALUES


def _most_possible(body: bytes) -> int:
    return sum(map(body.count, _SIGNS))


def require_few_fields(fields: int) -> None:
    """Look at how many fields a form has.

    Raises:
        ValidationFailed: more than `FEW_VALUES`.
    """
    if fields > FEW_VALUES:
        raise _too_many(FEW_VALUES)


def _too_many(most: int) -> ValidationFailed:
    return ValidationFailed.of("body", f"It has more than {most} values.")


def lines(body: bytes) -> int:
    """Return how many lines a text has below its first one, blank ones among them."""
    text = body.strip()
    return max(text.count(b"\n"), text.count(b"\r"))


def _brackets(body: bytes) -> bytes:
    """Return the brackets of a JSON body that are in no string."""
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Every second mark ends a string; where two meet, they part nothing.
    bare = body.translate(None, _NO_BRACKETS_OR_MARKS).replace(b'""', b"")
    return b"".join(bare.split(b'"')[::2])


def elements(body: bytes, names: Iterable[str]) -> int:
    """Return about how many elements of some names an XML file has."""
    return sum(
        body.count(f"<{name}{end}".encode()) for name in names for end in (" ", ">", "/", "\n")
    )


def rows(body: bytes) -> int:
    """Return how many objects stand in the lists of a JSON object: `{"transactions": [{}, {}]}`.

    Raises:
        ValidationFailed: see `require_few_values`.
    """
    require_few_values(body)
    depth = count = 0
    for bracket in _brackets(body):
        if bracket in _OPENING:
            count += depth == _DEPTH_OF_ROWS and bracket == _OBJECT
            depth += 1
        else:
            depth -= 1
        if depth < 0:
            break  # it is not JSON, which is said by who reads it
    return count
