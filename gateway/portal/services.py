"""What the portal asks the services: side by side, for a second at most, not more than needed."""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Generic, NamedTuple, TypeVar

import requests

T = TypeVar("T")

_TIMEOUT: Final = (0.5, 1.0)  # seconds to connect, seconds between two bytes


class Health(NamedTuple):
    """How the installation is.

    Attributes:
        ready: service → whether it serves.
        flowing: service → whether its events flow; nothing where that cannot be asked.
    """

    ready: Mapping[str, bool]
    flowing: Mapping[str, bool]

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return all(self.ready.values()) and all(self.flowing.values())


class Services:
    """The services of the installation.

    Args:
        urls: service → base URL.
        workers: service → base URL of its worker, where that can be asked whether events flow.
    """

    def __init__(self, urls: Mapping[str, str], workers: Mapping[str, str]) -> None:
        self._urls = dict(urls)
        self._workers = dict(workers)
        self._threads = ThreadPoolExecutor(len(self._urls) or 1, "portal")
        self._http = requests.Session()
        self._http.trust_env = False  # no proxy of the environment between us and a service

    def health(self) -> Health:
        """Return which services are ready to serve, and of which events flow."""
        ready, flowing = (
            {name: answer is not None for name, answer in self._ask(urls, path).items()}
            for urls, path in ((self._urls, "/health/ready/"), (self._workers, "/events"))
        )
        return Health(ready, flowing)

    def documents(self) -> dict[str, dict[str, Any] | None]:
        """Return each service's public OpenAPI document, None for one that doesn't answer."""
        return self._ask(self._urls, "/internal/openapi/public.json")

    def _ask(self, urls: Mapping[str, str], path: str) -> dict[str, dict[str, Any] | None]:
        answers = self._threads.map(lambda url: self._get(url + path), urls.values())
        return dict(zip(urls, answers, strict=True))

    def _get(self, url: str) -> dict[str, Any] | None:
        try:
            answer = self._http.get(url, timeout=_TIMEOUT, allow_redirects=False)
            return answer.json() if answer.status_code == 200 else None
        except requests.RequestException:
            return None  # down, slow, or not speaking JSON: all the same to a visitor


class Cached(Generic[T]):
    """A value that is made again when it is too old, by one thread at a time.

    Args:
        make: makes the value.
        seconds: for how long a value is kept.
    """

    def __init__(self, make: Callable[[], T], seconds: Callable[[T], float]) -> None:
        self._make = make
        self._seconds = seconds
        self._lock = threading.Lock()
        self._value: T | None = None
        self._until = float("-inf")

    def get(self) -> T:
        """Return the value, not older than it may be."""
        with self._lock:
            if self._value is None or time.monotonic() >= self._until:
                self._value = self._make()
                self._until = time.monotonic() + self._seconds(self._value)
            return self._value
