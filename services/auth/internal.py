"""Auth's internal door: the gateway asks here about every protected request."""

from collections.abc import Iterable
from functools import partial
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Response, request
from marshmallow import validate

from services.auth import commands, queries, quotas
from shared.errors import Forbidden, Unauthorized
from shared.http import Blueprint, ServiceApp, contract, errors
from shared.http.context import current, service_app
from shared.http.schemas import Error, StrictSchema, Text
from shared.identity import Identity, UserId

blueprint = Blueprint("Authorize", "Who may pass the gateway.")

_PATH: Final = "/internal/authorize"
_CLASSES: Final = ("standard", "analytics", "market_data")
# As the gateway spells them.
_QUERIES: Final = {"": "standard", **{f"class={name}": name for name in _CLASSES}}
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_BODY: Final = b"{}\n"
_JSON: Final = "application/json"
_HEADERS: Final = (("Content-Type", _JSON), ("Content-Length", str(len(_BODY))))


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
    headers = {"X-Identity": _identity(query["class_"], request.environ)}
    return Response(_BODY, headers=headers, mimetype=_JSON)


class Door:
    """WSGI in front of Flask, whose way is five times as long, and every request waits for this.

    Answers what the gateway asks as the route above would, and leaves it the rest. Measured by
    `tests/load/authorize.py`.
    """

    def __init__(self, app: ServiceApp) -> None:
        self._app = app
        self._others: WSGIApplication = app.wsgi_app
        self._traced = contract.traced(self._answer)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the gateway."""
        is_question = environ["PATH_INFO"] == _PATH and environ["REQUEST_METHOD"] == "GET"
        if is_question and environ["QUERY_STRING"] in _QUERIES:
            return self._traced(environ, start_response)
        return self._others(environ, start_response)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        observe = partial(contract.observe, service="auth", method="GET", route=_PATH, path=_PATH)
        with self._app.app_context():
            try:
                token = _identity(_QUERIES[environ["QUERY_STRING"]], environ)
            except Exception as error:  # every error has an answer
                refusal = contract.add_headers(errors.answer(error))
                observe(refusal.status_code)
                return refusal(environ, start_response)
            observe(200)
            start_response("200 OK", [*_HEADERS, ("X-Identity", token), *contract.headers()])
            return [_BODY]


def _identity(quota_class: str, environ: WSGIEnvironment) -> str:
    """Return the `X-Identity` of a request that may pass.

    Raises:
        Unauthorized: there is no valid token.
        QuotaExceeded: the user's hour is full.
        Forbidden: the token may only read.
    """
    key = _key(environ.get("HTTP_AUTHORIZATION", ""))
    bearer = queries.bearer(service_app.database, key) if key else None
    if bearer is None:
        raise Unauthorized(
            "Invalid token." if key else "Authentication credentials were not provided."
        )
    # In the context, so that a refusal from here on tells what is left of the quota, too.
    current.identity = identity = Identity(
        user_id=UserId(bearer.user_id),
        scopes=bearer.scopes,
        is_staff=bearer.is_staff and "admin" in bearer.scopes,
        currency=bearer.currency,
        quota=quotas.current().count(quota_class, str(bearer.user_id)),
        token_id=bearer.token_id,
    )
    method = environ.get("HTTP_X_FORWARDED_METHOD", "GET")
    if method not in _READING and "write" not in bearer.scopes:
        raise Forbidden("This token may only read.")
    if commands.needs_touch(bearer.last_used):
        service_app.database.unit(lambda session: commands.touch_token(session, bearer.token_id))
    return service_app.signer.identity(identity)


def _key(header: str) -> str | None:
    scheme, _, key = header.partition(" ")
    return key.strip() if scheme.lower() in {"token", "bearer"} and key.strip() else None
