"""Snapshots: portfolios on each of their days."""

from typing import Any

from services.analytics import queries
from services.analytics.schemas.snapshots import SnapshotQuery, SnapshotSchema
from shared.http import AnyRow, Blueprint, Listing, identity, session

blueprint = Blueprint(
    "Snapshots", "Your portfolios on each day of an entry, or of a price of what they hold."
)


@blueprint.route("/api/portfolio-snapshots/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(SnapshotQuery(exclude=["search"]), location="query")
@blueprint.page_of(SnapshotSchema)
def list_snapshots(query: dict[str, Any]) -> Listing:
    """List snapshots, newest first."""
    return queries.snapshots(identity.user_id, **query)


@blueprint.route("/api/portfolio-snapshots/<id:snapshot_id>/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.response(200, SnapshotSchema)
@blueprint.etag()
def get_snapshot(snapshot_id: int) -> AnyRow:
    """Return one snapshot."""
    return queries.snapshot(session, snapshot_id, identity.user_id)
