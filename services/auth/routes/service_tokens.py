"""Tokens of programs that read internal APIs, as administrators manage them."""

from typing import Any

from services.auth import commands, queries
from services.auth.schemas import NewServiceTokenSchema, ServiceTokenSchema
from shared.http import Blueprint, Listing, session
from shared.http.schemas import PageQuery

blueprint = Blueprint(
    "Service tokens", "Tokens of programs that read internal APIs, for administrators."
)


@blueprint.route("/api/service-tokens/", methods=["GET"])
@blueprint.authenticated("read", staff=True)
@blueprint.arguments(PageQuery(exclude=["search"]), location="query")
@blueprint.page_of(ServiceTokenSchema)
def list_service_tokens(_: dict[str, Any]) -> Listing:
    """List the service tokens, newest first; for administrators."""
    return queries.service_tokens()


@blueprint.route("/api/service-tokens/", methods=["POST"])
@blueprint.authenticated("write", staff=True)
@blueprint.arguments(ServiceTokenSchema)
@blueprint.response(201, NewServiceTokenSchema)
def create_service_token(values: dict[str, Any]) -> dict[str, Any]:
    """Make a service token; its key is in this answer alone; for administrators."""
    token, key = commands.issue_service_token(session, **values)
    return {**queries.service_token(session, token.id), "key": key}


@blueprint.route("/api/service-tokens/<id:service_token_id>/", methods=["DELETE"])
@blueprint.authenticated("write", staff=True)
@blueprint.response(204)
def delete_service_token(service_token_id: int) -> None:
    """End a service token within a minute; for administrators."""
    commands.delete_service_token(session, service_token_id)
