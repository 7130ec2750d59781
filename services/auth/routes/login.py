"""Logging in."""

from typing import Any

from flask import request

from services.auth import commands, quotas
from services.auth.lanes import HASHING
from services.auth.schemas import CredentialsSchema, KeySchema
from shared.http import Blueprint, session
from shared.http.context import network

blueprint = Blueprint("Authentication", "Get a token.")


@blueprint.route("/api/auth-token/", methods=["POST"])
@blueprint.arguments(CredentialsSchema, location="json_or_form")
@blueprint.lane(HASHING)
@blueprint.response(200, KeySchema)
def obtain_token(credentials: dict[str, str]) -> dict[str, Any]:
    """Log in with username and password; older tokens go on working."""
    address = network(request.remote_addr or "")[:64]
    quotas.count_login(address)
    user = commands.log_in(session, **credentials, address=address)
    return {"token": commands.issue_login(session, user)}
