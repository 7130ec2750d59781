"""Tables of webhooks, one file a subject."""

from services.webhooks.models.alerts import Alert, Firing
from services.webhooks.models.base import Base
from services.webhooks.models.bus import IdempotencyKey, InboxMessage, OutboxMessage
from services.webhooks.models.deliveries import (
    DELIVERED,
    ERROR_LENGTH,
    FAILED,
    PENDING,
    STATUSES,
    Delivery,
    Message,
)
from services.webhooks.models.projections import (
    ENDED,
    NOBODY,
    Asset,
    Holding,
    Portfolio,
    PriceWindow,
)
from services.webhooks.models.webhooks import OldSecret, Webhook

__all__ = [
    "DELIVERED",
    "ENDED",
    "ERROR_LENGTH",
    "FAILED",
    "NOBODY",
    "PENDING",
    "STATUSES",
    "Alert",
    "Asset",
    "Base",
    "Delivery",
    "Firing",
    "Holding",
    "IdempotencyKey",
    "InboxMessage",
    "Message",
    "OldSecret",
    "OutboxMessage",
    "Portfolio",
    "PriceWindow",
    "Webhook",
]
