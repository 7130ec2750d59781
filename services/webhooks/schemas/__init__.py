"""What comes into webhooks and goes out, and what subscribers are told."""

from services.webhooks.schemas.alerts import AlertQuery, AlertSchema, FiringSchema
from services.webhooks.schemas.told import TOLD
from services.webhooks.schemas.webhooks import (
    DeliveryQuery,
    DeliverySchema,
    NewWebhookSchema,
    RedeliveredSchema,
    RedeliverySchema,
    WebhookQuery,
    WebhookSchema,
)

__all__ = [
    "TOLD",
    "AlertQuery",
    "AlertSchema",
    "DeliveryQuery",
    "DeliverySchema",
    "FiringSchema",
    "NewWebhookSchema",
    "RedeliveredSchema",
    "RedeliverySchema",
    "WebhookQuery",
    "WebhookSchema",
]
