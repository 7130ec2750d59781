"""Logging in."""

from typing import Any

from flask import request

from services.auth import commands, quotas
from services.auth.lanes import HASHING
from services.auth.schemas import CredentialsSchema, KeySchema
from shared.http import Blueprint, session

blueprint = Blueprint("Authentication", "Get a token.")


@blueprint.route("/api/auth-token/", methods=["POST"])
@blueprint.arguments(CredentialsSchema, location="json_or_form")
@blueprint.lane(HASHING)
@blueprint.response(200, KeySchema)
def obtain_token(credentials: dict[str, str]) -> dict[str, Any]:
    """Log in with username and password; older tokens go on working."""
    quotas.count_login(request.remote_addr or "")
    user = commands.log_in(session, credentials["username"], credentials["password"])
    _, key = commands.issue_token(session, user.id, "login")
    return {"token": key}
