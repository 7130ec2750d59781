"""What every answer of ours has: an id, the contract's headers and errors, a count, a log line."""

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import cache
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, request
from prometheus_client import Counter, Histogram

from shared import observability, spans
from shared.http import errors, negotiation, versions
from shared.http.context import Context, current
from shared.identity import QUOTA_HEADERS, Quota

log = observability.logger(__name__)

API_VERSION: Final = "1.0"
REQUESTS: Final = Counter(
    "http_requests_total", "Answers", ["service", "method", "route", "status"]
)
SECONDS: Final = Histogram("http_request_seconds", "Time to answer", ["service", "method", "route"])

# A client may call a method anything, and each name would be a series of its own for ever.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PROBES: Final = ("/health/", "/metrics/")
# What `headers_of_one` has.
OF_ONE: Final = frozenset({"X-Request-Id", *QUOTA_HEADERS})


def apply_contract(app: Flask, name: str) -> None:
    """Give `app` what every answer of ours has.

    Args:
        app: a service, or the portal, which has no database.
        name: in metrics and logs.
    """
    app.app_ctx_globals_class = Context  # type: ignore[assignment]  # see `_Globals` there
    errors.register(app)
    # Flask calls the last first: what is counted and logged is the answer as it is sent.
    app.after_request(_observed(name))
    app.after_request(add_headers)
    app.after_request(versions.keep)
    app.wsgi_app = traced(app.wsgi_app)  # type: ignore[method-assign, assignment]
    app.before_request(negotiation.refuse_unacceptable)


def traced(wsgi: WSGIApplication) -> WSGIApplication:
    """Wrap `wsgi` so that the request id is there from the first to the last line."""

    def traced(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with tracing(environ):
            return wsgi(environ, start_response)

    return traced


def tracing(environ: WSGIEnvironment) -> AbstractContextManager[None]:
    """Carry the request id and the trace context of a request for the length of a `with`."""
    request = observability.sane_request_id(environ.get("HTTP_X_REQUEST_ID"))
    offered, path = environ.get("HTTP_TRACEPARENT"), environ["PATH_INFO"]
    if not spans.are_recorded() or path.startswith(_PROBES):
        return observability.traced(request, observability.sane_traceparent(offered))
    return spans.span(
        environ["REQUEST_METHOD"],
        "server",
        {"http.request.method": environ["REQUEST_METHOD"], "url.path": path},
        request=request,
        trace=observability.known_traceparent(offered),
    )


def headers(*, is_known: bool, quota: Quota | None) -> list[tuple[str, str]]:
    """Return the headers of the contract.

    Args:
        is_known: whether there is a user.
        quota: what is left to that user.
    """
    return [
        ("X-Content-Type-Options", "nosniff"),
        ("API-Version", API_VERSION),
        ("Cache-Control", "private, no-cache" if is_known else "no-store"),
        *headers_of_one(quota),
    ]


def headers_of_one(quota: Quota | None) -> list[tuple[str, str]]:
    """Return those headers that another answer to the same question has with other values."""
    request_id = ("X-Request-Id", observability.request_id() or "")
    return [request_id, *quota.headers.items()] if quota else [request_id]


def add_headers(response: Response) -> Response:
    """Add the headers of the contract to those that say it better already."""
    has = {name.lower() for name, _ in response.headers}
    for name, value in headers(is_known=current.identity is not None, quota=current.quota):
        if name.lower() not in has:
            response.headers.add(name, value)
    return response


def observe(
    status: int,
    *,
    service: str,
    method: str,
    route: str,
    path: str,
    started: float,
    user: int | None,
    caller: str | None = None,
) -> None:
    """Count an answer and log it.

    Args:
        route: the rule that matched `path`; no metric has paths, of which there is no end.
        started: when the request began, by `time.perf_counter`.
        user: who asked, if that is known.
        caller: the service or program that asked, if it was one.
    """
    seconds = time.perf_counter() - started
    counted = method if method in _METHODS else "(other)"
    answers, durations = _meters(service, counted, route, status)
    answers.inc()
    durations.observe(seconds)
    if spans.are_recorded():
        told: spans.Attributes = {"http.route": route, "http.response.status_code": status}
        spans.answered(f"{counted} {route}", told, is_error=status >= 500)
    if not route.startswith("/health/"):
        log.info(
            "request",
            method=method,
            path=path,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            user=user,
            caller=caller,
        )


@cache  # prometheus_client looks each word up, under a lock, for every request
def _meters(service: str, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return (
        REQUESTS.labels(service, method, route, status),
        SECONDS.labels(service, method, route),
    )


def _observed(service: str) -> Callable[[Response], Response]:
    def observed(response: Response) -> Response:
        observe(
            response.status_code,
            service=service,
            method=request.method,
            route=request.url_rule.rule if request.url_rule else "(none)",
            path=request.path,
            started=current.started,
            user=current.identity.user_id if current.identity else None,
            caller=current.caller,
        )
        return response

    return observed
