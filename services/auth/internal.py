"""Auth's internal door: the gateway asks here about every protected request."""

from typing import Final

from flask import Response, g, jsonify, request
from marshmallow import validate

from services.auth import commands, queries, quotas
from shared.errors import Forbidden, Unauthorized
from shared.http import Blueprint, session
from shared.http.context import service_app
from shared.http.errors import error_response
from shared.http.schemas import Error, StrictSchema, Text
from shared.identity import Identity, UserId

blueprint = Blueprint("Authorize", "Who may pass the gateway.")

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class AuthorizeQuery(StrictSchema):
    """What the gateway knows of a route."""

    class_ = Text(
        data_key="class",
        load_default="standard",
        validate=validate.OneOf(["standard", "analytics", "market_data"]),
        metadata={"description": "Quota class of the route."},
    )


@blueprint.route("/internal/authorize", methods=["GET"])
@blueprint.arguments(AuthorizeQuery, location="query")
@blueprint.response(200, description="The request may pass; `X-Identity` says who asks.")
@blueprint.alt_response(401, schema=Error, description="There is no valid token.")
@blueprint.alt_response(403, schema=Error, description="The token may only read.")
def authorize(query: dict[str, str]) -> Response:
    """Decide about one request by its `Authorization` and `X-Forwarded-Method`."""
    key = _key(request.headers.get("Authorization", ""))
    bearer = queries.bearer(session, key) if key else None
    if bearer is None:
        raise Unauthorized(
            "Invalid token." if key else "Authentication credentials were not provided."
        )
    quota = quotas.current().count(query["class_"], str(bearer.user_id))
    # In `g`, so that a refusal from here on tells what is left of the quota, too.
    g.identity = Identity(
        user_id=UserId(bearer.user_id),
        scopes=bearer.scopes,
        is_staff=bearer.is_staff and "admin" in bearer.scopes,
        currency=bearer.currency,
        quota=quota,
        token_id=bearer.token_id,
    )
    method = request.headers.get("X-Forwarded-Method", "GET")
    if method not in _READING and "write" not in bearer.scopes:
        raise Forbidden("This token may only read.")
    commands.touch_token(session, bearer.token_id, bearer.last_used)
    response = jsonify({})
    response.headers["X-Identity"] = service_app.signer.identity(g.identity)
    return response


def answer_exceeded(error: quotas.QuotaExceeded) -> Response:
    """Return the 429 with the contract's headers."""
    response = error_response(429, title=error.title, code=error.code, message=error.message)
    response.headers["Retry-After"] = str(error.retry_after)
    response.headers["RateLimit-Limit"] = str(error.quota.limit)
    response.headers["RateLimit-Remaining"] = "0"
    response.headers["RateLimit-Reset"] = str(error.quota.reset)
    return response


def _key(header: str) -> str | None:
    scheme, _, key = header.partition(" ")
    return key.strip() if scheme.lower() in {"token", "bearer"} and key.strip() else None
