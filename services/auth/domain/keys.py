"""Keys of tokens: a prefix + 32 base62 characters (190 random bits) + a checksum of six.

The prefix says which kind of token it is, of a person or of a program that reads internal APIs, and
lets secret scanners find a leaked key. The checksum refuses typing errors and random probes without
asking the database.
"""

import hashlib
import secrets
import string
import zlib
from typing import Final

PERSONAL: Final = "pfa_"
SERVICE: Final = "pfs_"
_ALPHABET: Final = string.digits + string.ascii_letters
_RANDOM: Final = 32
_CHECKSUM: Final = 6


def new_key(prefix: str) -> str:
    """Return a new key; it is shown once and never stored."""
    random = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    return f"{prefix}{random}{_checksum(random)}"


def well_formed(key: str, prefix: str) -> bool:
    """Return whether `key` could be one of ours, of the kind of `prefix`."""
    random = key.removeprefix(prefix)[:_RANDOM]
    return (
        key.isascii()
        and len(key) == len(prefix) + _RANDOM + _CHECKSUM
        and key == f"{prefix}{random}{_checksum(random)}"
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
