"""Alert rules and their firings."""

from typing import Any

from sqlalchemy import RowMapping

from services.webhooks import queries
from services.webhooks.commands import alerts
from services.webhooks.models import Alert
from services.webhooks.routes.tools import tools
from services.webhooks.schemas import AlertQuery, AlertSchema, FiringSchema
from shared.http import Blueprint, Listing, identity, session
from shared.http.caps import require_within
from shared.http.etag import expected_revisions
from shared.http.schemas import PageQuery

blueprint = Blueprint("Alerts", "Rules that fire when a number crosses their threshold.")


@blueprint.route("/api/alerts/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(AlertQuery, location="query")
@blueprint.page_of(AlertSchema)
def list_alerts(query: dict[str, Any]) -> Listing:
    """List your rules."""
    return queries.alerts(identity.user_id, **query)


@blueprint.route("/api/alerts/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.arguments(AlertSchema)
@blueprint.response(201, AlertSchema)
@blueprint.etag()
def create_alert(values: dict[str, Any]) -> RowMapping:
    """Make a rule; it fires at the next crossing, not because its condition holds already."""
    alert = alerts.create_alert(
        session,
        identity.user_id,
        owners=tools().owners,
        portfolios=tools().portfolios,
        **values,
    )
    require_within("alert rules", identity.user_id, Alert.owner_id == identity.user_id)
    return queries.alert(session, identity.user_id, alert.id)


@blueprint.route("/api/alerts/<id:alert_id>/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.response(200, AlertSchema)
@blueprint.etag()
def get_alert(alert_id: int) -> RowMapping:
    """Return one rule."""
    return queries.alert(session, identity.user_id, alert_id)


@blueprint.route("/api/alerts/<id:alert_id>/", methods=["PUT"])
@blueprint.authenticated("write")
@blueprint.arguments(AlertSchema(ignore_read_only=True))
@blueprint.response(200, AlertSchema)
@blueprint.etag()
def replace_alert(values: dict[str, Any], alert_id: int) -> RowMapping:
    """Replace a rule."""
    return _update(alert_id, values)


@blueprint.route("/api/alerts/<id:alert_id>/", methods=["PATCH"])
@blueprint.authenticated("write")
@blueprint.arguments(AlertSchema(ignore_read_only=True, partial=True))
@blueprint.response(200, AlertSchema)
@blueprint.etag()
def change_alert(values: dict[str, Any], alert_id: int) -> RowMapping:
    """Change some of a rule."""
    return _update(alert_id, values)


@blueprint.route("/api/alerts/<id:alert_id>/", methods=["DELETE"])
@blueprint.authenticated("write")
@blueprint.response(204)
def delete_alert(alert_id: int) -> None:
    """Delete a rule with its firings."""
    alerts.delete_alert(session, identity.user_id, alert_id, expected_revisions())


@blueprint.route("/api/alerts/<id:alert_id>/firings/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(PageQuery(exclude=["search"]), location="query")
@blueprint.page_of(FiringSchema)
def list_firings(_: dict[str, Any], alert_id: int) -> Listing:
    """List when a rule fired, newest first."""
    return queries.firings(session, identity.user_id, alert_id)


def _update(alert_id: int, values: dict[str, Any]) -> RowMapping:
    alerts.update_alert(
        session,
        identity.user_id,
        alert_id,
        owners=tools().owners,
        portfolios=tools().portfolios,
        changes=values,
        expected=expected_revisions(),
    )
    return queries.alert(session, identity.user_id, alert_id)
