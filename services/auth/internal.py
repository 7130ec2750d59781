"""Auth's internal door: the gateway asks about every protected request, programs exchange keys."""

import time
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Response, request
from marshmallow import validate

from services.auth import commands, queries, quotas
from services.auth.quotas import Quotas
from services.auth.schemas import PassSchema
from shared import observability
from shared.errors import Forbidden, Unauthorized
from shared.http import Blueprint, Resource, ServiceApp, contract, errors, session
from shared.http.context import current, network, service_app
from shared.http.schemas import Error, StrictSchema, Text
from shared.identity import Identity, Quota, UserId
from shared.settings import SERVICES

blueprint = Blueprint("Authorize", "Who may pass the gateway, and who may read a service.")

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


class ExchangeQuery(StrictSchema):
    """Whom the program wants to read."""

    callee = Text(
        required=True,
        validate=validate.OneOf(SERVICES),
        metadata={"description": "The service to be read.", "example": "portfolio"},
    )


@blueprint.route("/internal/v1/tokens/", methods=["POST"])
@blueprint.arguments(ExchangeQuery, location="query")
@blueprint.response(200, PassSchema)
@blueprint.alt_response(401, schema=Error, description="The key is none, or over.")
@blueprint.alt_response(403, schema=Error, description="The service token has no such callee.")
@blueprint.doc(security=[{"token": []}])
def exchange_service_token(query: dict[str, str]) -> Resource:
    """Exchange the key of a service token for a JWT of a minute that the callee believes."""
    # Of who is connected: the header that names another is the gateway's, which is not here.
    connected = request.environ["werkzeug.proxy_fix.orig"]["REMOTE_ADDR"] or ""
    quotas.count_exchange(network(connected))
    reader = commands.exchange_key(session, _sent_key(request.environ), query["callee"])
    current.caller = reader.name
    token = service_app.signer.reader_token(reader.name, query["callee"], reader.until)
    return {"token": token, "expires_at": reader.until}


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
    bearer = queries.bearer(app.database, _sent_key(environ))
    if bearer is None:
        raise Unauthorized("Invalid token.")
    counters: Quotas = app.extensions["quotas"]
    quota = counters.count(quota_class, str(bearer.user_id))
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


def _sent_key(environ: WSGIEnvironment) -> str:
    """Return the key that came with a request.

    Raises:
        Unauthorized: there is none.
    """
    scheme, _, key = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() not in {"token", "bearer"} or not key.strip():
        raise Unauthorized("Authentication credentials were not provided.")
    return str(key.strip())
