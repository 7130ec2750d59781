"""Any address that answers a symbol's prices in one file, as our own bulk import takes them."""

import time
from collections.abc import Callable
from datetime import date
from typing import Any, Final
from urllib.parse import quote

import requests
import urllib3

from services.assets.domain.feeds import DataSourceError, Delivery, SourceTooSlow
from services.assets.domain.quotes import Bar
from shared.errors import ValidationFailed
from shared.files import FileRefused

Reader = Callable[[bytes], list[Bar]]

_MOST_BYTES: Final = 8 * 1024**2
_CHUNK: Final = 64 * 1024
_CONNECT_WITHIN: Final = 3.0  # seconds


class Web:
    """Asks `template` with `{symbol}` filled in.

    Args:
        template: `https://…{symbol}…`; http only on this machine.
        read: returns the prices in a CSV file; raises FileRefused where it is none of prices, and
            ValidationFailed where one of them cannot be.
    """

    name = "web"

    def __init__(self, template: str, read: Reader) -> None:
        self._template = template
        self._read = read

    def history(self, symbol: str, since: date | None, within: float) -> Delivery:
        """Return what the address answers: see `Source.history`."""
        body = _fetched(self._template.replace("{symbol}", quote(symbol, safe="")), within)
        try:
            bars = self._read(body)
        except FileRefused as error:
            raise DataSourceError(f"The data source answered no usable CSV. {error}") from error
        except ValidationFailed as error:
            raise DataSourceError("The data source answered no prices that we can read.") from error
        return Delivery([bar for bar in bars if since is None or bar.date >= since])


def _fetched(url: str, within: float) -> bytes:
    """Return the body at `url`, all of it inside `within` seconds by the wall clock."""
    deadline = time.monotonic() + within
    timeout = (min(_CONNECT_WITHIN, within), within)
    try:
        with requests.get(url, timeout=timeout, stream=True, allow_redirects=False) as answer:
            if answer.status_code != 200:
                raise DataSourceError(f"The data source answered {answer.status_code}.")
            return _read(answer.raw, deadline)
    except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise SourceTooSlow("The data source did not answer in time.") from error
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise DataSourceError("The data source does not answer.") from error


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
