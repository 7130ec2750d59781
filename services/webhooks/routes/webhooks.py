"""Webhooks: subscribed, changed, tested, their secrets rotated."""

from typing import Any

from sqlalchemy import RowMapping

from services.webhooks import queries
from services.webhooks.commands import messages, subscriptions
from services.webhooks.models import Webhook
from services.webhooks.routes.tools import tools
from services.webhooks.schemas import (
    DeliverySchema,
    NewWebhookSchema,
    WebhookQuery,
    WebhookSchema,
)
from shared.http import Blueprint, Listing, identity, session
from shared.http.caps import require_within
from shared.http.etag import expected_revisions

blueprint = Blueprint("Webhooks", "Where you want to be told of what.")


@blueprint.route("/api/webhooks/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(WebhookQuery, location="query")
@blueprint.page_of(WebhookSchema)
def list_webhooks(query: dict[str, Any]) -> Listing:
    """List your webhooks."""
    return queries.webhooks(identity.user_id, **query)


@blueprint.route("/api/webhooks/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.arguments(WebhookSchema)
@blueprint.response(201, NewWebhookSchema)
@blueprint.etag()
def create_webhook(values: dict[str, Any]) -> dict[str, Any]:
    """Subscribe; the answer alone shows the secret."""
    webhook, secret = subscriptions.create_webhook(
        session, identity.user_id, network=tools().network, seal=tools().seal, **values
    )
    require_within("webhooks", identity.user_id, Webhook.owner_id == identity.user_id)
    return {**queries.webhook(session, identity.user_id, webhook.id), "secret": secret}


@blueprint.route("/api/webhooks/<id:webhook_id>/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.response(200, WebhookSchema)
@blueprint.etag()
def get_webhook(webhook_id: int) -> RowMapping:
    """Return one webhook."""
    return queries.webhook(session, identity.user_id, webhook_id)


@blueprint.route("/api/webhooks/<id:webhook_id>/", methods=["PUT"])
@blueprint.authenticated("write")
@blueprint.arguments(WebhookSchema(ignore_read_only=True))
@blueprint.response(200, WebhookSchema)
@blueprint.etag()
def replace_webhook(values: dict[str, Any], webhook_id: int) -> RowMapping:
    """Replace what you wrote of a webhook; its secret stays."""
    return _update(webhook_id, values)


@blueprint.route("/api/webhooks/<id:webhook_id>/", methods=["PATCH"])
@blueprint.authenticated("write")
@blueprint.arguments(WebhookSchema(ignore_read_only=True, partial=True))
@blueprint.response(200, WebhookSchema)
@blueprint.etag()
def change_webhook(values: dict[str, Any], webhook_id: int) -> RowMapping:
    """Change some of what you wrote of a webhook."""
    return _update(webhook_id, values)


@blueprint.route("/api/webhooks/<id:webhook_id>/", methods=["DELETE"])
@blueprint.authenticated("write")
@blueprint.response(204)
def delete_webhook(webhook_id: int) -> None:
    """Delete a webhook with its log; what waits for it is not sent."""
    subscriptions.delete_webhook(session, identity.user_id, webhook_id, expected_revisions())


@blueprint.route("/api/webhooks/<id:webhook_id>/rotate_secret/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.response(200, NewWebhookSchema)
@blueprint.etag()
def rotate_secret(webhook_id: int) -> dict[str, Any]:
    """Make a new secret; for 24 hours the old one signs beside it."""
    secret = subscriptions.rotate_secret(session, identity.user_id, webhook_id, seal=tools().seal)
    return {**queries.webhook(session, identity.user_id, webhook_id), "secret": secret}


@blueprint.route("/api/webhooks/<id:webhook_id>/test/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.response(202, DeliverySchema)
def send_test(webhook_id: int) -> RowMapping:
    """Send a `webhook.test` event to a webhook, whatever it subscribes to."""
    delivery_id = messages.send_test(session, identity.user_id, webhook_id)
    return queries.delivery(session, identity.user_id, delivery_id)


def _update(webhook_id: int, values: dict[str, Any]) -> RowMapping:
    subscriptions.update_webhook(
        session,
        identity.user_id,
        webhook_id,
        network=tools().network,
        changes=values,
        expected=expected_revisions(),
    )
    return queries.webhook(session, identity.user_id, webhook_id)
