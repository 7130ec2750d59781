"""Usernames."""

import re
from typing import Final

from shared.errors import ValidationFailed

LONGEST: Final = 150
_FORM: Final = re.compile(rf"[\w.@+-]{{1,{LONGEST}}}")


def require_valid(username: str) -> None:
    """Refuse what cannot be a username: letters, digits and _ . @ + - are accepted.

    Raises:
        ValidationFailed: for the field `username`.
    """
    if not _FORM.fullmatch(username):
        raise ValidationFailed.of(
            "username", f"Use 1 to {LONGEST} letters, digits and _ . @ + - only."
        )
