"""The log of a webhook, and deliveries made again by hand."""

from typing import Any

from sqlalchemy import RowMapping

from services.webhooks import queries
from services.webhooks.commands import messages
from services.webhooks.schemas import (
    DeliveryQuery,
    DeliverySchema,
    RedeliveredSchema,
    RedeliverySchema,
)
from shared.http import Blueprint, Listing, identity, session

blueprint = Blueprint("Deliveries", "What was sent to your webhooks, for 30 days.")


@blueprint.route("/api/webhooks/<id:webhook_id>/deliveries/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(DeliveryQuery(exclude=["search"]), location="query")
@blueprint.page_of(DeliverySchema)
def list_deliveries(query: dict[str, Any], webhook_id: int) -> Listing:
    """List what was sent to a webhook, newest first."""
    return queries.deliveries(session, identity.user_id, webhook_id, **query)


@blueprint.route("/api/webhooks/<id:webhook_id>/redeliver/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.arguments(RedeliverySchema)
@blueprint.response(202, RedeliveredSchema)
def redeliver_since(values: dict[str, Any], webhook_id: int) -> dict[str, int]:
    """Deliver again what was told since a time."""
    count = messages.redeliver_since(session, identity.user_id, webhook_id, **values)
    return {"count": count}


@blueprint.route("/api/webhooks/deliveries/<id:delivery_id>/redeliver/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.response(202, DeliverySchema)
def redeliver(delivery_id: int) -> RowMapping:
    """Deliver one event again, whether it arrived or failed."""
    messages.redeliver(session, identity.user_id, delivery_id)
    return queries.delivery(session, identity.user_id, delivery_id)
