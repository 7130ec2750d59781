"""What every answer of ours has: an id, the contract's headers and errors, a count, a log line."""

import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, request
from prometheus_client import Counter, Histogram

from shared import observability
from shared.http import errors, negotiation, versions
from shared.http.context import Context, current

log = observability.logger(__name__)

API_VERSION: Final = "1.0"
REQUESTS: Final = Counter(
    "http_requests_total", "Answers", ["service", "method", "route", "status"]
)
SECONDS: Final = Histogram("http_request_seconds", "Time to answer", ["service", "method", "route"])


def apply_contract(app: Flask, name: str) -> None:
    """Give `app` what every answer of ours has.

    Args:
        app: a service, or the portal, which has no database.
        name: in metrics and logs.
    """
    app.app_ctx_globals_class = Context  # type: ignore[assignment]  # see `_Globals` there
    errors.register(app)
    app.after_request(add_headers)
    app.after_request(versions.keep)
    app.wsgi_app = traced(app.wsgi_app)  # type: ignore[method-assign, assignment]
    app.before_request(negotiation.refuse_unacceptable)
    app.after_request(_observed(name))


def traced(wsgi: WSGIApplication) -> WSGIApplication:
    """Wrap `wsgi` so that the request id is there from the first to the last line."""

    def traced(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request_id = observability.sane_request_id(environ.get("HTTP_X_REQUEST_ID"))
        trace = observability.sane_traceparent(environ.get("HTTP_TRACEPARENT"))
        with observability.traced(request_id, trace):
            return wsgi(environ, start_response)

    return traced


def headers() -> list[tuple[str, str]]:
    """Return the headers of the contract, with what is left of the quota where a user is known."""
    identity = current.identity
    always = [
        ("X-Request-Id", observability.request_id() or ""),
        ("X-Content-Type-Options", "nosniff"),
        ("API-Version", API_VERSION),
        ("Cache-Control", "private, no-cache" if identity else "no-store"),
    ]
    if not identity or not identity.quota:
        return always
    return [
        *always,
        ("RateLimit-Limit", str(identity.quota.limit)),
        ("RateLimit-Remaining", str(identity.quota.remaining)),
        ("RateLimit-Reset", str(identity.quota.reset)),
    ]


def add_headers(response: Response) -> Response:
    """Add the headers of the contract to those that say it better already."""
    for name, value in headers():
        response.headers.setdefault(name, value)
    return response


def observe(status: int, *, service: str, method: str, route: str, path: str) -> None:
    """Count an answer and log it.

    Args:
        route: the rule that matched `path`; no metric has paths, of which there is no end.
    """
    seconds = time.perf_counter() - current.started
    answers, durations = _meters(service, method, route, status)
    answers.inc()
    durations.observe(seconds)
    if not route.startswith("/health/"):
        log.info(
            "request",
            method=method,
            path=path,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            user=current.identity.user_id if current.identity else None,
        )


@cache  # prometheus_client looks each word up, under a lock, for every request
def _meters(service: str, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return (
        REQUESTS.labels(service, method, route, status),
        SECONDS.labels(service, method, route),
    )


def _observed(service: str) -> Callable[[Response], Response]:
    def observed(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "(none)"
        observe(
            response.status_code,
            service=service,
            method=request.method,
            route=route,
            path=request.path,
        )
        return response

    return observed
