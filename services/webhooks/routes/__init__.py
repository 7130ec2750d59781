"""The public routes of webhooks, one file a resource."""

from services.webhooks.routes import alerts, deliveries, webhooks

BLUEPRINTS = (webhooks.blueprint, deliveries.blueprint, alerts.blueprint)
