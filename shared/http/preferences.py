"""What the client prefers: the header `Prefer` (RFC 7240), as far as we have a choice."""

import re
from dataclasses import dataclass
from typing import Final

from flask import request

LONGEST_WAIT: Final = 25  # seconds; the gateway waits for thirty

_ASYNC: Final = "respond-async"
_WAIT: Final = "wait"
# A name and its value, which may be quoted; parameters behind a semicolon are none of ours.
_PREFERENCE: Final = re.compile(
    r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:=\s*(?:\"([^\"]*)\"|([^\s;,\"]*)))?\s*(?:;[^,]*)?"
)


@dataclass(frozen=True)
class Preferences:
    """How the client wants to be answered.

    Attributes:
        is_async: whether it need not be the direct answer.
        wait: seconds that it waits for that, at most 25; None where it does not say.
    """

    is_async: bool = False
    wait: int | None = None

    def applied(self, *, has_waited: bool) -> str:
        """Return the value of `Preference-Applied`, empty where nothing was."""
        names = [_ASYNC] if self.is_async else []
        if has_waited and self.wait is not None:
            names.append(f"{_WAIT}={self.wait}")
        return ", ".join(names)


def preferences() -> Preferences:
    """Return what this request prefers; what we do not know or cannot read is left alone."""
    values: dict[str, str] = {}
    for text in request.headers.get("Prefer", "").split(","):
        if match := _PREFERENCE.fullmatch(text):
            name, quoted, plain = match.groups()
            values.setdefault(name.lower(), quoted or plain or "")  # the first one counts
    wait = values.get(_WAIT, "")
    seconds = int(wait) if re.fullmatch(r"[0-9]{1,6}", wait) else None
    return Preferences(
        is_async=_ASYNC in values,
        wait=None if seconds is None else min(seconds, LONGEST_WAIT),
    )
