"""Symbols and ISINs.

A symbol is kept in capitals: `aapl` and `AAPL` are the same asset. An exchange's suffix belongs to
it (`VOD.L`).
"""

import re
from typing import Final

SYMBOL_LENGTH: Final = 32
# Yahoo's (^GSPC, EURUSD=X, BRK-B), exchange-prefixed (XETR:SAP) and brokers' (BRK B) notations;
# no comma, because lists of symbols are separated by it.
SYMBOL_PATTERN: Final = r"^[A-Z0-9.^=_/:&+#-]+( [A-Z0-9.^=_/:&+#-]+)*$"
# What data sources call things: theirs may be in small letters (bitcoin).
DATA_SYMBOL_LENGTH: Final = 64
_DATA_SYMBOL: Final = r"[A-Za-z0-9.^=_/:&+#$-]+( [A-Za-z0-9.^=_/:&+#$-]+)*"
ISIN_PATTERN: Final = r"^[A-Z]{2}[A-Z0-9]{9}[0-9]$"


def is_symbol(text: str) -> bool:
    """Return whether `text`, in capitals, can be a symbol."""
    return len(text) <= SYMBOL_LENGTH and bool(re.fullmatch(SYMBOL_PATTERN, text))


def is_data_symbol(text: str) -> bool:
    """Return whether `text` can be what a data source calls an asset; points alone are folders."""
    is_short = len(text) <= DATA_SYMBOL_LENGTH
    return is_short and bool(re.fullmatch(_DATA_SYMBOL, text)) and bool(text.strip("."))


def is_isin(text: str) -> bool:
    """Return whether `text` is an ISIN with the right check digit (ISO 6166).

    Letters become two digits (A = 10 … Z = 35); over the digits the Luhn sum must end in 0.
    """
    if not re.fullmatch(ISIN_PATTERN, text):
        return False
    digits = "".join(str(int(character, 36)) for character in text)
    doubled = "".join(
        str(int(digit) * (2 if place % 2 else 1)) for place, digit in enumerate(reversed(digits))
    )
    return sum(int(digit) for digit in doubled) % 10 == 0
