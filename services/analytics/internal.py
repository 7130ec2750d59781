"""Analytics' internal door: what portfolios were worth, for who measures a change against it."""

from typing import Any

from flask import Response, jsonify
from marshmallow import fields

from services.analytics import queries
from services.analytics.domain.printing import printed_money
from shared.http import Blueprint, session
from shared.http.schemas import Day, StrictSchema

blueprint = Blueprint("Values of portfolios", "What portfolios were worth on earlier market days.")


class ClosesQuery(StrictSchema):
    """Which closes."""

    before = Day(required=True, metadata={"description": "Only those of earlier days."})


class ClosesSchema(StrictSchema):
    """The closes of a year."""

    closes = fields.List(
        fields.String(allow_none=True),
        metadata={
            "description": "The value at the end of each market day, as it is printed, the newest"
            " first; null where it is not known.",
            "example": ["1050.00", "1000.00"],
        },
    )


@blueprint.route("/internal/v1/portfolios/<id:portfolio_id>/closes/", methods=["GET"])
@blueprint.for_services("webhooks")
@blueprint.arguments(ClosesQuery, location="query")
@blueprint.response(200, ClosesSchema)
def list_closes(query: dict[str, Any], portfolio_id: int) -> Response:
    """Return what a portfolio was worth at the end of each market day of a year."""
    currency, values = queries.closes(session, portfolio_id, query["before"])
    return jsonify({"closes": [printed_money(value, currency) for value in values]})
