"""Texts in CSV that a spreadsheet would run as formulas (OWASP, CSV injection).

Such a text is written behind an apostrophe, and so is one that begins with an apostrophe, so that
every text comes back as it was.
"""

import re
from typing import Final

# Spreadsheets take full-width signs for the usual ones, and some skip what is not seen.
_SIGNS: Final = frozenset("'=+-@\uff1d\uff0b\uff0d\uff20")
_UNSEEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_NUMBER: Final = re.compile(r"-\d+(\.\d+)?")


def defused(text: str) -> str:
    """Return `text` as a cell that shows it; a negative number stays a number."""
    return f"'{text}" if _is_dangerous(text) else text


def bare(cell: str) -> str:
    """Return the text that `defused` made a cell of."""
    return cell[1:] if cell.startswith("'") and _is_dangerous(cell[1:]) else cell


def _is_dangerous(text: str) -> bool:
    if not text or _NUMBER.fullmatch(text):
        return False
    first = text[0]
    return first in _SIGNS or first in _UNSEEN or first.isspace() or not first.isprintable()
