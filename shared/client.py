"""Calls from one service to another's internal API: signed, traced, never for ever."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from shared import observability, spans
from shared.errors import Conflict, NotFound, Unavailable, ValidationFailed
from shared.identity import Signer

T = TypeVar("T")

# Of several replicas one may have just died: who could not connect has asked nobody yet.
_AGAIN: Final = Retry(connect=2, read=0, redirect=0, status=0, other=0, backoff_factor=0.1)
_TIMEOUT: Final = (1.0, 8.0)  # seconds to connect, seconds between two bytes


def in_parts(items: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """Yield `items` in parts of at most `most`: what goes into one call."""
    for first in range(0, len(items), most):
        yield items[first : first + most]


class ServiceClient:
    """The internal API of one other service.

    Args:
        callee: its name, the `aud` of our tokens.
        base_url: where it listens.
        signer: signs as us.
    """

    def __init__(self, callee: str, base_url: str, signer: Signer) -> None:
        self.callee = callee
        self._base_url = base_url.rstrip("/")
        self._signer = signer
        self._http = requests.Session()
        self._http.trust_env = False  # no proxy of the environment between two services
        self._http.mount("http", HTTPAdapter(max_retries=_AGAIN))

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON at `/internal/v1/<path>`.

        Raises:
            NotFound: the owner has no such thing.
            Unavailable: it is down, slow, or answers with an error.
        """
        return self._ask("GET", path, params=params)

    def ids(self, name: str) -> Iterator[int]:
        """Yield the id of every row that the owner lists under `/internal/v1/<name>/`, ascending.

        Raises:
            Unavailable: see `get`.
        """
        after: int | None = 0
        while after is not None:
            page = self.get(f"{name}/", {"after_id": after})
            yield from (row["id"] for row in page[name])
            after = page["next_after_id"]

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send `body` to `/internal/v1/<path>` and return the JSON of the answer.

        Raises:
            NotFound: the owner has no such thing.
            Conflict: what it has stands in the way.
            ValidationFailed: it refuses the body; with its fields.
            Unavailable: it is down, slow, or answers with another error.
        """
        return self._ask("POST", path, json=body)

    def _ask(self, method: str, path: str, **content: Any) -> Any:
        told = {"http.request.method": method, "peer.service": self.callee, "url.path": path}
        request, trace = observability.request_id(), observability.traceparent()
        with spans.span(f"{method} {self.callee}", "client", told, request=request, trace=trace):
            return self._answer(method, path, **content)

    def _answer(self, method: str, path: str, **content: Any) -> Any:
        url = f"{self._base_url}/internal/v1/{path}"
        try:
            answer = self._http.request(
                method, url, headers=self._headers(), timeout=_TIMEOUT, **content
            )
            if answer.status_code in {200, 201}:
                return answer.json()
            if answer.status_code in {409, 422}:
                raise _refusal(answer.json()["details"])
        except (requests.RequestException, KeyError, TypeError) as error:
            raise Unavailable(f"The {self.callee} service does not answer.") from error
        if answer.status_code == 404:
            raise NotFound(f"The {self.callee} service has no {path}.")
        raise Unavailable(f"The {self.callee} service answered {answer.status_code}.")

    def _headers(self) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self._signer.service_token(self.callee)}"}
        if identifier := observability.request_id():
            headers["X-Request-Id"] = identifier
        if trace := observability.traceparent():
            headers["traceparent"] = trace
        return headers


def _refusal(details: Mapping[str, Any]) -> Conflict | ValidationFailed:
    if "fields" in details:
        return ValidationFailed(details["fields"], details["message"])
    return Conflict(details["message"])
