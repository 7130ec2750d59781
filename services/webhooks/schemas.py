"""What comes into webhooks and goes out."""

from typing import Any

from marshmallow import fields, validate

from services.webhooks.domain import names
from services.webhooks.domain.rules import decimals
from services.webhooks.models import STATUSES
from services.webhooks.queries import ALERT_ORDERINGS, WEBHOOK_ORDERINGS
from shared.finance.figures import LONGEST_WINDOW, WATCHABLE
from shared.finance.money import round_to, trimmed
from shared.http.schemas import (
    Flag,
    Id,
    Number,
    Ordering,
    PageQuery,
    ResourceSchema,
    StrictSchema,
    Text,
    Time,
)

_YEAR = 366 * 24 * 3600  # seconds


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
    next_attempt = Time(allow_none=True, metadata={"description": "When it is tried next."})
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


class Figure(Number):
    """A number of a rule, with the decimals of its kind."""

    def _serialize(self, value: Any, *where: Any, **_: Any) -> str:
        _, rule = where
        return trimmed(round_to(value, self.places), decimals(rule["kind"], rule["currency"]))


class AlertSchema(ResourceSchema):
    """A rule."""

    id = Id(dump_only=True, metadata={"description": "Id of the rule.", "example": 1})
    name = Text(required=True, metadata={"description": "Name.", "example": "Apple over 200"})
    kind = Text(
        required=True,
        validate=validate.OneOf(names.KINDS),
        metadata={"description": "What it watches.", "example": "PRICE_ABOVE"},
    )
    asset = Id(
        allow_none=True,
        load_default=None,
        metadata={"description": "The asset of a rule on a price.", "example": 1},
    )
    portfolio = Id(
        allow_none=True,
        load_default=None,
        metadata={"description": "The portfolio of any other rule.", "example": None},
    )
    metric = Text(
        allow_none=True,
        load_default=None,
        validate=validate.OneOf(WATCHABLE),
        metadata={
            "description": "The figure of a RISK_THRESHOLD, as `performance_metrics` and"
            " `risk_metrics` name it.",
            "example": None,
        },
    )
    operator = Text(
        allow_none=True,
        load_default=None,
        validate=validate.OneOf(names.OPERATORS),
        metadata={"description": "Of a RISK_THRESHOLD: greater or less than.", "example": None},
    )
    threshold = Figure(
        required=True,
        metadata={
            "description": "A price, a value, a figure, or a change in percent: a positive one is"
            " a move either way, a negative one a fall.",
            "example": "200.00",
        },
    )
    window_days = fields.Integer(
        allow_none=True,
        load_default=None,
        strict=True,
        validate=validate.Range(min=1, max=LONGEST_WINDOW),
        metadata={
            "description": "Of a rule on a change: since the close so many market days ago; 1 by"
            " default.",
            "example": None,
        },
    )
    cooldown_seconds = fields.Integer(
        load_default=3600,
        strict=True,
        validate=validate.Range(min=0, max=_YEAR),
        metadata={"description": "How long it is quiet after a firing.", "example": 3600},
    )
    is_active = Flag(
        load_default=True, metadata={"description": "False: it watches nothing.", "example": True}
    )
    last_fired = Time(
        dump_only=True, allow_none=True, metadata={"description": "When it fired last."}
    )
    created = Time(dump_only=True, metadata={"description": "When it was made."})
    modified = Time(dump_only=True, metadata={"description": "When it was changed last."})


class AlertQuery(PageQuery):
    """Filters of the list of rules."""

    kind = Text(validate=validate.OneOf(names.KINDS), metadata={"description": "Only this kind."})
    asset_id = Id(metadata={"description": "Only on this asset."})
    portfolio_id = Id(metadata={"description": "Only on this portfolio."})
    is_active = Flag(metadata={"description": "Only active, or only inactive ones."})
    ordering = Ordering(*ALERT_ORDERINGS, load_default=("id", False))


class FiringSchema(StrictSchema):
    """One time that a rule fired."""

    id = fields.Integer(metadata={"description": "Id of the firing.", "example": 1})
    alert = fields.Integer(metadata={"description": "Id of the rule.", "example": 1})
    fired_at = Time(metadata={"description": "When."})
    value = Figure(metadata={"description": "What was met.", "example": "201.37"})
    threshold = Figure(metadata={"description": "The threshold then.", "example": "200.00"})
