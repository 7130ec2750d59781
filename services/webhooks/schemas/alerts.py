"""Alert rules and their firings, as they come in and go out."""

from typing import Any, Final

from marshmallow import fields, validate

from services.webhooks.domain import names
from services.webhooks.domain.rules import decimals
from services.webhooks.queries import ALERT_ORDERINGS
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

_YEAR: Final = 366 * 24 * 3600  # seconds


class Figure(Number):
    """A number of a rule, with the decimals of its kind."""

    def _serialize(self, value: Any, *where: Any, **_: Any) -> str:
        _, rule = where
        return trimmed(round_to(value, self.places), decimals(rule["kind"], rule["currency"]))


class AlertSchema(ResourceSchema):
    """A rule."""

    patched = "name"

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
