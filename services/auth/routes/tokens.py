"""Personal tokens."""

from typing import Any

from services.auth import commands, queries
from services.auth.models import Token
from services.auth.schemas import NewTokenSchema, TokenSchema
from shared.http import Blueprint, Listing, identity, session
from shared.http.caps import require_within
from shared.http.schemas import PageQuery

blueprint = Blueprint("Tokens", "Personal tokens with scopes.")


@blueprint.route("/api/tokens/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(PageQuery(exclude=["search"]), location="query")
@blueprint.page_of(TokenSchema)
def list_tokens(_: dict[str, Any]) -> Listing:
    """List your tokens, newest first; their keys are never shown again."""
    return queries.tokens(identity.user_id)


@blueprint.route("/api/tokens/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.arguments(TokenSchema)
@blueprint.response(201, NewTokenSchema)
def create_token(values: dict[str, Any]) -> dict[str, Any]:
    """Make a token; its key is in this answer alone."""
    commands.require_no_more(
        session, identity.token_id, identity.scopes, values["scopes"], values["expires_at"]
    )
    token, key = commands.issue_token(session, identity.user_id, **values)
    mine = Token.user_id == identity.user_id
    require_within("personal tokens", identity.user_id, mine, ~Token.is_login)
    return {**queries.token(session, token.id), "key": key}


@blueprint.route("/api/tokens/<id:token_id>/", methods=["DELETE"])
@blueprint.authenticated("write")
@blueprint.response(204)
def delete_token(token_id: int) -> None:
    """End a token at once."""
    commands.delete_token(session, identity.user_id, token_id)
