"""Webhooks and what was delivered to them, as they come in and go out."""

from typing import Any

from marshmallow import fields, validate

from services.webhooks.domain import names
from services.webhooks.models import STATUSES
from services.webhooks.queries import WEBHOOK_ORDERINGS
from shared.http.schemas import (
    Flag,
    Id,
    Ordering,
    PageQuery,
    ResourceSchema,
    StrictSchema,
    Text,
    Time,
)


class Events(fields.List[str]):
    """Names of events, each once; `"*"` alone stands for all."""

    def __init__(self, **kwargs: Any) -> None:
        event = fields.String(validate=validate.OneOf([*names.EVENTS, names.EVERYTHING]))
        super().__init__(event, validate=validate.Length(min=1), **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
        several = [value] if value == names.EVERYTHING else value
        events = super()._deserialize(several, *args, **kwargs)
        return list(dict.fromkeys(events or []))


class WebhookSchema(ResourceSchema):
    """A subscription."""

    patched = "description"

    id = Id(dump_only=True, metadata={"description": "Id of the webhook.", "example": 1})
    url = Text(
        required=True,
        longest=2048,
        metadata={
            "description": "Where events are sent: https, port 443 or above 1023, on the public"
            " internet.",
            "example": "https://example.com/hooks/finance",
        },
    )
    description = Text(
        blank=True,
        load_default="",
        metadata={"description": "What it is for.", "example": "Ledger of the family"},
    )
    events = Events(
        required=True,
        metadata={
            "description": "What it is told of; `*` is everything.",
            "example": ["transaction.created", "price.alert"],
        },
    )
    is_active = Flag(
        load_default=True,
        metadata={
            "description": "False: nothing is sent. True makes a disabled one start afresh; what"
            " waited for it is sent then.",
            "example": True,
        },
    )
    created = Time(dump_only=True, metadata={"description": "When it was made."})
    disabled_reason = fields.String(
        dump_only=True,
        allow_none=True,
        metadata={
            "description": "Why it was disabled, if it was not you who did.",
            "example": None,
        },
    )


class NewWebhookSchema(WebhookSchema):
    """A webhook with the secret that is shown this once."""

    secret = fields.String(
        dump_only=True,
        metadata={
            "description": "Verifies the signatures (Standard Webhooks). Keep it: it is not shown"
            " again.",
            "example": "whsec_bm90IGEgc2VjcmV0LCBvbmx5IGFuIGV4YW1wbGUhISE=",
        },
    )


class WebhookQuery(PageQuery):
    """Filters of the list of webhooks."""

    is_active = Flag(metadata={"description": "Only active, or only inactive ones."})
    ordering = Ordering(*WEBHOOK_ORDERINGS, load_default=("id", False))


class DeliverySchema(StrictSchema):
    """One event on its way to one webhook."""

    id = fields.Integer(metadata={"description": "Id of the delivery.", "example": 4711})
    webhook = fields.Integer(metadata={"description": "Id of the webhook.", "example": 1})
    message_id = fields.Function(
        lambda row: f"msg_{row['message_id'].hex}",
        metadata={
            "type": "string",
            "description": "Its `webhook-id`, the same at every attempt.",
            "example": "msg_0197f3a2b4c87d10a2b3c4d5e6f70812",
        },
    )
    event = fields.String(metadata={"description": "What it tells of.", "example": "price.alert"})
    status = fields.String(
        validate=validate.OneOf(STATUSES),
        metadata={
            "description": "PENDING, DELIVERED (the receiver answered 2xx), or FAILED (no attempt"
            " follows).",
            "example": "DELIVERED",
        },
    )
    attempts = fields.Integer(metadata={"description": "Attempts made.", "example": 1})
    response_status = fields.Integer(
        allow_none=True, metadata={"description": "Last answer; null: none.", "example": 200}
    )
    latency_ms = fields.Integer(
        allow_none=True,
        metadata={"description": "Milliseconds that the last attempt took.", "example": 84},
    )
    error = fields.String(
        allow_none=True, metadata={"description": "Why there was no answer.", "example": None}
    )
    last_attempt = Time(allow_none=True, metadata={"description": "When it was tried last."})
    next_attempt = Time(
        allow_none=True, metadata={"description": "When it is tried next.", "example": None}
    )
    created = Time(metadata={"description": "When it happened."})


class DeliveryQuery(PageQuery):
    """Filters of a webhook's log."""

    status = Text(
        validate=validate.OneOf(STATUSES), metadata={"description": "Only with this status."}
    )
    event = Text(
        validate=validate.OneOf(names.EVENTS), metadata={"description": "Only of this event."}
    )


class RedeliverySchema(StrictSchema):
    """Which deliveries are made again."""

    since = Time(
        required=True,
        metadata={"description": "What was told from then on.", "example": "2024-01-20T00:00:00Z"},
    )
    include_delivered = Flag(
        load_default=False,
        metadata={"description": "Also what had arrived, not only what failed.", "example": False},
    )


class RedeliveredSchema(StrictSchema):
    """How many deliveries are made again."""

    count = fields.Integer(metadata={"description": "Deliveries.", "example": 12})
