"""Passwords: argon2id (RFC 9106), the same time for every answer."""

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.errors import ValidationFailed

# 19 MiB, t=2, p=1: the second choice of OWASP's Password Storage Cheat Sheet.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified for users that don't exist, so that they take as long as those that do.
_DUMMY: Final = _HASHER.hash("no user has this password")

SHORTEST: Final = 10
LONGEST: Final = 256
# Characters; nobody guesses more. 72 in which each may stand for several letters took 2.8 s.
_JUDGED: Final = 32
_UNLIKELY: Final = 2  # of zxcvbn's scores from 0 to 4: more than a million guesses


def hashed(password: str) -> str:
    """Return the argon2id hash of `password`, with its salt and parameters inside."""
    return _HASHER.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Return whether `password` is the one; takes as long when there is no hash to compare with."""
    try:
        return _HASHER.verify(password_hash or _DUMMY, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def require_strong(password: str, username: str, *, field: str = "password") -> None:
    """Refuse a password that is too short, or among the first that somebody would guess.

    zxcvbn (Wheeler, USENIX Security 2016) knows common passwords, words, keyboard rows, repeats and
    sequences, as NIST SP 800-63B asks; a million guesses are what a login lets through in years.

    Raises:
        ValidationFailed: for `field`.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValidationFailed.of(field, f"Use {SHORTEST} to {LONGEST} characters.")
    if password.casefold() == username.casefold():
        raise ValidationFailed.of(field, "The password must not be the username.")
    # Its lists take 20 MiB, and new passwords are rare.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    judged = zxcvbn(password[:_JUDGED], user_inputs=[username])
    if judged["score"] < _UNLIKELY:
        reason = judged["feedback"]["warning"] or "It is easy to guess."
        raise ValidationFailed.of(field, f"{reason} Use a longer one, such as four words.")
