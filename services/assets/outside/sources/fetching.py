"""The body at an address: bounded in size and time, and from no other host."""

import json
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import requests
import urllib3

from services.assets.domain.feeds import DataSourceError, SourceDown, SourceTooSlow

_MOST_BYTES: Final = 8 * 1024**2
_CHUNK: Final = 64 * 1024
_CONNECT_WITHIN: Final = 3.0  # seconds
# Who must log in, or asks too often, gets no other symbol either.
_REFUSED: Final = frozenset({401, 403, 429})


def joined(base: str, *segments: str, **query: str) -> str:
    """Return an address under `base`, whose own query (a key, say) stays.

    Args:
        segments: each is one segment of the path, whatever it contains.
    """
    parts = urlsplit(base)
    path = "/".join([parts.path.rstrip("/"), *map(encoded, segments)]) if segments else parts.path
    both = "&".join(filter(None, [parts.query, urlencode(query)]))
    return urlunsplit((parts.scheme, parts.netloc, path, both, ""))


def encoded(symbol: str) -> str:
    """Return a symbol as a part of an address that it cannot leave.

    Raises:
        DataSourceError: it consists of points, which mean folders however they are written.
    """
    if not symbol.strip("."):
        raise DataSourceError(f"The data source knows no {symbol}.")
    return quote(symbol, safe="")


def fetched(url: str, within: float) -> bytes:
    """Return the body at `url`, all of it inside `within` seconds by the wall clock.

    Raises:
        SourceDown, SourceTooSlow: nobody answers, or refuses everything.
        DataSourceError: it answers anything but 200, or too much.
    """
    deadline = time.monotonic() + within
    timeout = (min(_CONNECT_WITHIN, within), within)
    try:
        with requests.get(url, timeout=timeout, stream=True, allow_redirects=False) as answer:
            if answer.status_code != 200:
                raise _refusal(answer.status_code)
            return _read(answer.raw, deadline)
    except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise SourceTooSlow("The data source did not answer in time.") from error
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise SourceDown("The data source does not answer.") from error


def fetched_json(url: str, within: float) -> Any:
    """Return the JSON at `url`, its numbers exact: see `fetched`."""
    return parsed_json(fetched(url, within))


def parsed_json(body: bytes) -> Any:
    """Return what a body says in JSON, its numbers as `Decimal` and `int`.

    Raises:
        DataSourceError: it is none.
    """
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise DataSourceError("The data source answered no usable JSON.") from error


def objects(value: Any) -> list[Mapping[str, Any]]:
    """Return a list of objects.

    Raises:
        DataSourceError: `value` is none.
    """
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise DataSourceError("The data source answered JSON of another form.")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity, which JSON does not have


def _refusal(status: int) -> DataSourceError:
    is_down = status >= 500 or status in _REFUSED
    return (SourceDown if is_down else DataSourceError)(f"The data source answered {status}.")


def _read(raw: Any, deadline: float) -> bytes:
    # read1 returns what has come; read would wait for a full chunk, a byte a second if need be.
    body = bytearray()
    while chunk := raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > _MOST_BYTES:
            raise DataSourceError("The data source answered more than 8 MiB.")
        if time.monotonic() > deadline:
            raise SourceTooSlow("The data source did not answer in time.")
    return bytes(body)
