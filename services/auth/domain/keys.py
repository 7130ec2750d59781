"""Keys of tokens: `pfa_` + 32 base62 characters (190 random bits) + a checksum of six.

The prefix lets secret scanners find a leaked key; the checksum refuses typing errors and random
probes without asking the database.
"""

import hashlib
import secrets
import string
import zlib
from typing import Final

PREFIX: Final = "pfa_"
_ALPHABET: Final = string.digits + string.ascii_letters
_RANDOM: Final = 32
_CHECKSUM: Final = 6


def new_key() -> str:
    """Return a new key; it is shown once and never stored."""
    random = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    return f"{PREFIX}{random}{_checksum(random)}"


def well_formed(key: str) -> bool:
    """Return whether `key` could be one of ours."""
    random = key.removeprefix(PREFIX)[:_RANDOM]
    return (
        key.isascii()
        and len(key) == len(PREFIX) + _RANDOM + _CHECKSUM
        and key == f"{PREFIX}{random}{_checksum(random)}"
    )


def digest(key: str) -> bytes:
    """Return the SHA-256 of `key`, which is all that is stored."""
    return hashlib.sha256(key.encode()).digest()


def _checksum(text: str) -> str:
    number = zlib.crc32(text.encode())
    digits = ""
    for _ in range(_CHECKSUM):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
