"""The portfolio service's internal door: portfolios and ledgers for the other services' copies."""

from flask import Response, jsonify
from marshmallow import fields, validate

from services.portfolio import commands, queries
from shared.events.catalogue import PortfolioCard, Transaction
from shared.http import Blueprint, Resource, session
from shared.http.schemas import MAX_ID, Id, StrictSchema

blueprint = Blueprint("Copies of portfolios", "Portfolios and ledgers, each with its sequence.")


class VersionedCard(PortfolioCard):
    """A card and the sequence of the portfolio that it shows."""

    sequence = fields.Integer(metadata={"description": "Sequence of the portfolio's last event."})


class CardsQuery(StrictSchema):
    """Which page of all portfolios."""

    after_id = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=MAX_ID),
        metadata={"description": "The last id of the page before."},
    )


class CardsSchema(StrictSchema):
    """Cards, by ascending id."""

    portfolios = fields.List(fields.Nested(VersionedCard))
    next_after_id = fields.Integer(
        allow_none=True,
        metadata={"description": "`after_id` of the next page; null on the last."},
    )


class LedgerSchema(StrictSchema):
    """A portfolio and its whole ledger, of one moment."""

    portfolio = fields.Nested(PortfolioCard)
    sequence = fields.Integer(metadata={"description": "Sequence of the portfolio's last event."})
    transactions = fields.List(
        fields.Nested(Transaction), metadata={"description": "In the order of the ledger."}
    )


class AssetIdsSchema(StrictSchema):
    """Assets."""

    assets = fields.List(
        Id(),
        required=True,
        validate=validate.Length(max=1000),
        metadata={"description": "Their ids."},
    )


@blueprint.route("/internal/v1/portfolios/", methods=["GET"])
@blueprint.for_services("analytics", "assets", "webhooks")
@blueprint.arguments(CardsQuery, location="query")
@blueprint.response(200, CardsSchema)
def list_cards(query: dict[str, int]) -> Resource:
    """Return the next 1000 cards of all portfolios."""
    cards = queries.ledgers.page(session, **query)
    is_last = len(cards) < queries.ledgers.PAGE
    return {"portfolios": cards, "next_after_id": None if is_last else cards[-1]["id"]}


@blueprint.route("/internal/v1/portfolios/<id:portfolio_id>/", methods=["GET"])
@blueprint.for_services("analytics", "webhooks")
@blueprint.response(200, LedgerSchema)
def get_ledger(portfolio_id: int) -> Response:
    """Return one portfolio with its whole ledger."""
    # Cards are texts already; a schema would read a date back only to write it again.
    return jsonify(queries.ledgers.one(session, portfolio_id))


@blueprint.route("/internal/v1/portfolios/<id:portfolio_id>/private_trades/", methods=["GET"])
@blueprint.for_services("assets")
@blueprint.response(200, LedgerSchema)
def get_private_trades(portfolio_id: int) -> Response:
    """Return one portfolio with the BUYs and SELLs of private assets of its ledger alone."""
    return jsonify(queries.ledgers.private_trades(session, portfolio_id))


@blueprint.route("/internal/v1/assets/release/", methods=["POST"])
@blueprint.for_services("assets")
@blueprint.arguments(AssetIdsSchema)
@blueprint.response(200, AssetIdsSchema)
def release_assets(body: dict[str, list[int]]) -> Resource:
    """Release those of the assets that no transaction names: they may be deleted."""
    return {"assets": commands.release_assets(session, body["assets"])}
