"""Where a webhook may point to, as far as its URL alone says."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_PLAIN: Final = re.compile(r"[!-~]{1,2048}")  # ASCII without blanks
_HOST: Final = re.compile(r"[A-Za-z0-9._:-]{0,252}[A-Za-z0-9:]")
_PORTS: Final = {"http": 80, "https": 443}


class Refused(ValueError):
    """The target is not allowed; the message is for its owner."""


@dataclass(frozen=True)
class Target:
    """A URL in its parts.

    Attributes:
        host: a name or an address, IPv6 without brackets.
        path: with the query, as it stands in the request line.
    """

    secure: bool
    host: str
    port: int
    path: str


def parse(url: str, *, allow_private: bool = False) -> Target:
    """Return the target that `url` names.

    Args:
        allow_private: accept http and every port, for development.

    Raises:
        Refused: it is malformed or not allowed.
    """
    if not _PLAIN.fullmatch(url) or "\\" in url:
        raise Refused("Not a valid URL: use ASCII without blanks (punycode for other letters).")
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise Refused("Not a valid URL.") from error
    if parts.scheme not in ({"http", "https"} if allow_private else {"https"}):
        raise Refused("The URL must begin with https://.")
    if parts.username is not None or parts.password is not None:
        raise Refused("A user or password in the URL is not allowed.")
    host = parts.hostname or ""
    if not _HOST.fullmatch(host):
        raise Refused("The URL names no valid host.")
    # Below 1024 other protocols listen, which must not be spoken to in our name.
    if not allow_private and port != _PORTS["https"] and port < 1024:
        raise Refused("The port must be 443 or above 1023.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", host, port, path)
