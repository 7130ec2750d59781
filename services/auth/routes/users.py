"""Users, as administrators manage them."""

from typing import Any

from sqlalchemy import RowMapping

from services.auth import commands, queries
from services.auth.lanes import HASHING
from services.auth.schemas import ManagedUserSchema, NewUserSchema, UserQuery
from shared.http import Blueprint, Listing, session
from shared.http.etag import expected_revisions

blueprint = Blueprint("Users", "All users, for administrators.")


@blueprint.route("/api/users/", methods=["GET"])
@blueprint.authenticated("read", staff=True)
@blueprint.arguments(UserQuery, location="query")
@blueprint.page_of(ManagedUserSchema)
def list_users(query: dict[str, Any]) -> Listing:
    """List the users; for administrators."""
    return queries.users(query.get("search"), query["ordering"])


@blueprint.route("/api/users/", methods=["POST"])
@blueprint.authenticated("write", staff=True)
@blueprint.arguments(NewUserSchema)
@blueprint.lane(HASHING)
@blueprint.response(201, ManagedUserSchema)
@blueprint.etag()
def create_user(values: dict[str, Any]) -> RowMapping:
    """Make a user; for administrators."""
    user = commands.create_user(session, **values)
    return queries.profile(session, user.id)


@blueprint.route("/api/users/<id:user_id>/", methods=["GET"])
@blueprint.authenticated("read", staff=True)
@blueprint.response(200, ManagedUserSchema)
@blueprint.etag()
def get_user(user_id: int) -> RowMapping:
    """Return one user; for administrators."""
    return queries.profile(session, user_id)


@blueprint.route("/api/users/<id:user_id>/", methods=["PUT"])
@blueprint.authenticated("write", staff=True)
@blueprint.arguments(ManagedUserSchema(ignore_read_only=True))
@blueprint.response(200, ManagedUserSchema)
@blueprint.etag()
def replace_user(values: dict[str, Any], user_id: int) -> RowMapping:
    """Replace what is written of a user; for administrators."""
    commands.change_profile(session, user_id, values, expected_revisions())
    return queries.profile(session, user_id)


@blueprint.route("/api/users/<id:user_id>/", methods=["PATCH"])
@blueprint.authenticated("write", staff=True)
@blueprint.arguments(ManagedUserSchema(ignore_read_only=True, partial=True))
@blueprint.response(200, ManagedUserSchema)
@blueprint.etag()
def change_user(values: dict[str, Any], user_id: int) -> RowMapping:
    """Change some of what is written of a user; for administrators."""
    commands.change_profile(session, user_id, values, expected_revisions())
    return queries.profile(session, user_id)


@blueprint.route("/api/users/<id:user_id>/", methods=["DELETE"])
@blueprint.authenticated("write", staff=True)
@blueprint.response(204)
def delete_user(user_id: int) -> None:
    """Delete a user with all that is theirs; for administrators."""
    commands.delete_user(session, user_id, expected_revisions())
