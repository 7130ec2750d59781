"""Your own profile."""

from typing import Any

from sqlalchemy import RowMapping

from services.auth import commands, queries
from services.auth.lanes import HASHING
from services.auth.schemas import PasswordSchema, UserSchema
from shared.http import Blueprint, identity, session
from shared.http.etag import expected_revisions

blueprint = Blueprint("Profile", "Who you are.")


@blueprint.route("/api/users/me/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.response(200, UserSchema)
@blueprint.etag()
def get_me() -> RowMapping:
    """Return your profile."""
    return queries.profile(session, identity.user_id)


@blueprint.route("/api/users/me/", methods=["PUT"])
@blueprint.authenticated("write")
@blueprint.arguments(UserSchema(ignore_read_only=True))
@blueprint.response(200, UserSchema)
@blueprint.etag()
def replace_me(values: dict[str, Any]) -> RowMapping:
    """Replace your profile."""
    commands.change_profile(session, identity.user_id, values, expected_revisions())
    return queries.profile(session, identity.user_id)


@blueprint.route("/api/users/me/", methods=["PATCH"])
@blueprint.authenticated("write")
@blueprint.arguments(UserSchema(ignore_read_only=True, partial=True))
@blueprint.response(200, UserSchema)
@blueprint.etag()
def change_me(values: dict[str, Any]) -> RowMapping:
    """Change some of your profile."""
    commands.change_profile(session, identity.user_id, values, expected_revisions())
    return queries.profile(session, identity.user_id)


@blueprint.route("/api/users/me/password/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.arguments(PasswordSchema)
@blueprint.lane(HASHING)
@blueprint.response(204)
def change_password(values: dict[str, str]) -> None:
    """Change your password; all your other tokens end."""
    commands.change_password(session, identity.user_id, **values, kept_token=identity.token_id)
