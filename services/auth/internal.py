"""Auth's internal door: the gateway asks here about every protected request."""

import time
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Response, request
from marshmallow import validate

from services.auth import commands, queries
from services.auth.quotas import Quotas
from shared import observability
from shared.errors import Forbidden, Unauthorized
from shared.http import Blueprint, ServiceApp, contract, errors
from shared.http.context import service_app
from shared.http.schemas import Error, StrictSchema, Text
from shared.identity import Identity, Quota, UserId

blueprint = Blueprint("Authorize", "Who may pass the gateway.")

_PATH: Final = "/internal/authorize"
_CLASSES: Final = ("standard", "analytics", "market_data")
# As the gateway spells them.
_QUERIES: Final = {"": "standard", **{f"class={name}": name for name in _CLASSES}}
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_BODY: Final = b"{}\n"
_JSON: Final = "application/json"
_HEADERS: Final = (("Content-Type", _JSON), ("Content-Length", str(len(_BODY))))


class Passed(NamedTuple):
    """Who asks, and what is left of their hour; None where nothing is counted."""

    identity: Identity
    quota: Quota | None


class MayOnlyRead(Forbidden):
    """The token has no scope to write."""

    def __init__(self, quota: Quota | None) -> None:
        super().__init__("This token may only read.")
        self.quota = quota

    @property
    def headers(self) -> Mapping[str, str]:
        """What is left of the quota, from which this was counted, too."""
        return self.quota.headers if self.quota else {}


class AuthorizeQuery(StrictSchema):
    """What the gateway knows of a route."""

    class_ = Text(
        data_key="class",
        load_default="standard",
        validate=validate.OneOf(_CLASSES),
        metadata={"description": "Quota class of the route."},
    )


@blueprint.route(_PATH, methods=["GET"])
@blueprint.arguments(AuthorizeQuery, location="query")
@blueprint.response(200, description="The request may pass; `X-Identity` says who asks.")
@blueprint.alt_response(401, schema=Error, description="There is no valid token.")
@blueprint.alt_response(403, schema=Error, description="The token may only read.")
def authorize(query: dict[str, str]) -> Response:
    """Decide about one request by its `Authorization` and `X-Forwarded-Method`."""
    passed = _passed(service_app, query["class_"], request.environ)
    return Response(_BODY, headers=_told(service_app, passed), mimetype=_JSON)


class Door:
    """WSGI in front of Flask, whose way is five times as long, and every request waits for this.

    Answers what the gateway asks as the route above would, and leaves it the rest. Measured by
    `tests/load/authorize.py`.
    """

    def __init__(self, app: ServiceApp) -> None:
        self._app = app
        self._others: WSGIApplication = app.wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the gateway."""
        is_question = environ["PATH_INFO"] == _PATH and environ["REQUEST_METHOD"] == "GET"
        if is_question and environ["QUERY_STRING"] in _QUERIES:
            with contract.tracing(environ):
                return self._answer(environ, start_response)
        return self._others(environ, start_response)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        started = time.perf_counter()
        try:
            passed = _passed(self._app, _QUERIES[environ["QUERY_STRING"]], environ)
        except Exception as error:  # every error has an answer
            with self._app.app_context():
                refusal = contract.add_headers(errors.answer(error))
            _observe(refusal.status_code, started, None)
            return refusal(environ, start_response)
        _observe(200, started, passed.identity.user_id)
        told, headers = _told(self._app, passed), contract.headers(is_known=False, quota=None)
        start_response("200 OK", [*_HEADERS, *told, *headers])
        return [_BODY]


def _observe(status: int, started: float, user: int | None) -> None:
    contract.observe(
        status,
        service="auth",
        method="GET",
        route=_PATH,
        path=_PATH,
        started=started,
        user=user,
    )


def _told(app: ServiceApp, passed: Passed) -> list[tuple[str, str]]:
    """Return what the service is told of a request."""
    told = [("X-Identity", app.signer.identity(passed.identity))]
    if trace := observability.traceparent():
        told.append(("Traceparent", trace))
    return [*told, ("X-Quota", passed.quota.header)] if passed.quota else told


def _passed(app: ServiceApp, quota_class: str, environ: WSGIEnvironment) -> Passed:
    """Return whose request it is, which may pass.

    Raises:
        Unauthorized: there is no valid token.
        QuotaExceeded: the user's hour is full.
        MayOnlyRead: it would write.
    """
    key = _key(environ.get("HTTP_AUTHORIZATION", ""))
    bearer = queries.bearer(app.database, key) if key else None
    if bearer is None:
        raise Unauthorized(
            "Invalid token." if key else "Authentication credentials were not provided."
        )
    quotas: Quotas = app.extensions["quotas"]
    quota = quotas.count(quota_class, str(bearer.user_id))
    method = environ.get("HTTP_X_FORWARDED_METHOD", "GET")
    if method not in _READING and "write" not in bearer.scopes:
        raise MayOnlyRead(quota)
    if commands.needs_touch(bearer.last_used):
        app.database.unit(lambda session: commands.touch_token(session, bearer.token_id))
    identity = Identity(
        user_id=UserId(bearer.user_id),
        scopes=bearer.scopes,
        is_staff=bearer.is_staff and "admin" in bearer.scopes,
        currency=bearer.currency,
        token_id=bearer.token_id,
    )
    return Passed(identity, quota)


def _key(header: str) -> str | None:
    scheme, _, key = header.partition(" ")
    return key.strip() if scheme.lower() in {"token", "bearer"} and key.strip() else None
