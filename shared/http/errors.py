"""The one place where errors become answers, in the contract's shape."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import psycopg
from flask import Flask, Response, jsonify
from prometheus_client import Counter
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from shared import observability
from shared.db import sqlstate
from shared.errors import (
    BadRequest,
    Conflict,
    ServiceError,
    Unavailable,
    ValidationFailed,
)

log = observability.logger(__name__)

POOL_EXHAUSTED: Final = Counter(
    "database_pool_exhausted", "Requests that waited in vain for a connection"
)
CODES: Final = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    412: "precondition_failed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "validation_error",
    428: "precondition_required",
    429: "rate_limited",
    500: "server_error",
    502: "bad_gateway",
    503: "unavailable",
    504: "timeout",
}
_MESSAGES: Final = {
    400: "The request could not be understood.",
    404: "There is no such page in this API.",
    405: "This method is not allowed here.",
    413: "The body is larger than is accepted here.",
    415: "The body must be application/json in UTF-8.",
    500: "Something went wrong on our side. It has been recorded.",
}


def error_response(
    status: int,
    *,
    title: str | None = None,
    code: str | None = None,
    message: str | None = None,
    fields: Mapping[str, Any] | None = None,
) -> Response:
    """Return the contract's error answer; what is not given follows from the status."""
    body = error_body(status, title=title, code=code, message=message, fields=fields)
    response = jsonify(body)
    response.status_code = status
    return response


def error_body(
    status: int,
    *,
    title: str | None = None,
    code: str | None = None,
    message: str | None = None,
    fields: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the body of an error; what is not given follows from the status."""
    details: dict[str, Any] = {
        "code": code or CODES.get(status, "server_error" if status >= 500 else "bad_request"),
        "message": message or _MESSAGES.get(status, f"{HTTPStatus(status).phrase}."),
        "request_id": observability.request_id(),
    }
    if fields is not None:
        details["fields"] = fields
    return {"error": title or HTTPStatus(status).phrase, "details": details}


def _on_service_error(error: ServiceError) -> Response:
    response = error_response(
        error.status,
        title=error.title,
        code=error.code,
        message=error.message,
        fields=error.fields if isinstance(error, ValidationFailed) else None,
    )
    response.headers.extend(error.headers)
    return response


def _on_http_exception(error: HTTPException) -> Response:
    response = error_response(error.code or 500)
    if allowed := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _on_database_error(error: DBAPIError | psycopg.OperationalError) -> Response:
    state = sqlstate(error)
    if isinstance(error, IntegrityError):
        # Commands check first and answer better; this is the same rule, met in a race.
        log.info("constraint_refused", sqlstate=state)
        return _on_service_error(Conflict("Another request changed the same data; try again."))
    if isinstance(error, DataError):
        log.warning("data_refused", sqlstate=state)
        return _on_service_error(BadRequest("A value is outside of what can be stored."))
    return _unavailable(error, state)


def _unavailable(error: Exception, state: str | None) -> Response:
    log.error("database_unavailable", sqlstate=state, error=type(error).__name__)
    return _on_service_error(Unavailable("The service is busy or restarting; try again."))


def _on_pool_timeout(_: PoolTimeout) -> Response:
    POOL_EXHAUSTED.inc()
    log.error("database_pool_exhausted")
    return _on_service_error(Unavailable("The service is busy; try again."))


def _on_anything_else(error: Exception) -> Response:
    log.error("unhandled_error", exc_info=error)
    return error_response(500, title="Internal server error")


# Flask looks for the handler of the nearest class; so does `answer`, as the last is everybody's.
_HANDLERS: Final[Sequence[tuple[type[Exception], Callable[[Any], Response]]]] = (
    (ServiceError, _on_service_error),
    (HTTPException, _on_http_exception),
    (DBAPIError, _on_database_error),
    (psycopg.OperationalError, _on_database_error),
    (PoolTimeout, _on_pool_timeout),
    (Exception, _on_anything_else),
)


def register(app: Flask) -> None:
    """Make every error of `app` an answer in the contract's shape."""
    for kind, handler in _HANDLERS:
        app.register_error_handler(kind, handler)


def answer(error: Exception) -> Response:
    """Return the answer that `error` is, where Flask does not ask for it; needs its app context."""
    return next(handler for kind, handler in _HANDLERS if isinstance(error, kind))(error)
