"""Whether a process does its work, asked over HTTP."""

from http.client import HTTPException
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

_OK: Final = 200
# A proxy that the environment names must not see what is on this machine.
_open = build_opener(ProxyHandler({})).open


def answers(url: str) -> bool:
    """Return whether `url` answers 200."""
    try:
        with _open(url, timeout=2) as response:
            return bool(response.status == _OK)
    except (URLError, OSError, HTTPException):
        return False


def is_prompt(url: str, seconds: float) -> bool:
    """Return whether `url` answers, whatever that is, within so many seconds."""
    try:
        _open(url, timeout=seconds).close()
    except HTTPError as error:
        error.close()
    except (URLError, OSError, HTTPException):
        return False
    return True
