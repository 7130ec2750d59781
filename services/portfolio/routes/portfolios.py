"""Portfolios: made, listed, changed, deleted."""

from typing import Any

from services.portfolio import commands, queries
from services.portfolio.models import Portfolio, PortfolioFields
from services.portfolio.schemas import (
    AllocationQuery,
    AllocationSchema,
    PortfolioQuery,
    PortfolioSchema,
)
from shared.finance.allocation import Grouping
from shared.http import Blueprint, KeptListing, Resource, identity, session
from shared.http.caps import require_within
from shared.http.etag import expected_revisions, unless_known

blueprint = Blueprint("Portfolios", "Your portfolios and what they are worth.")


@blueprint.route("/api/portfolios/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(PortfolioQuery, location="query")
@blueprint.page_of(PortfolioSchema)
def list_portfolios(query: dict[str, Any]) -> KeptListing:
    """List your portfolios."""
    return queries.portfolios.owned(identity.user_id, **query)


@blueprint.route("/api/portfolios/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.arguments(PortfolioSchema)
@blueprint.response(201, PortfolioSchema)
@blueprint.etag()
def create_portfolio(values: PortfolioFields) -> Resource:
    """Make a portfolio."""
    values.setdefault("currency", identity.currency)
    portfolio = commands.create_portfolio(session, owner_id=identity.user_id, **values)
    require_within("portfolios", identity.user_id, Portfolio.owner_id == identity.user_id)
    return queries.portfolios.one(session, identity.user_id, portfolio.id)


@blueprint.route("/api/portfolios/<id:portfolio_id>/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.one_of(PortfolioSchema)
def get_portfolio(portfolio_id: int) -> KeptListing:
    """Return one portfolio and what it is worth."""
    return queries.portfolios.owned(identity.user_id, id=portfolio_id)


@blueprint.route("/api/portfolios/<id:portfolio_id>/", methods=["PUT"])
@blueprint.authenticated("write")
@blueprint.arguments(PortfolioSchema(ignore_read_only=True))
@blueprint.response(200, PortfolioSchema)
@blueprint.etag()
def replace_portfolio(values: PortfolioFields, portfolio_id: int) -> Resource:
    """Replace what is written of a portfolio."""
    return _update(portfolio_id, values)


@blueprint.route("/api/portfolios/<id:portfolio_id>/", methods=["PATCH"])
@blueprint.authenticated("write")
@blueprint.arguments(PortfolioSchema(ignore_read_only=True, partial=True))
@blueprint.response(200, PortfolioSchema)
@blueprint.etag()
def change_portfolio(values: PortfolioFields, portfolio_id: int) -> Resource:
    """Change some of what is written of a portfolio."""
    return _update(portfolio_id, values)


@blueprint.route("/api/portfolios/<id:portfolio_id>/", methods=["DELETE"])
@blueprint.authenticated("write")
@blueprint.response(204)
def delete_portfolio(portfolio_id: int) -> None:
    """Delete a portfolio with its positions and transactions."""
    commands.delete_portfolio(
        session, identity.user_id, portfolio_id, expected=expected_revisions()
    )


@blueprint.route("/api/portfolios/<id:portfolio_id>/allocation/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(AllocationQuery, location="query")
@blueprint.response(200, AllocationSchema)
@blueprint.computed()
def get_allocation(query: dict[str, Grouping], portfolio_id: int) -> Resource:
    """Return what a portfolio is made of, by group."""
    composition = queries.allocation.composition(session, identity.user_id, portfolio_id)
    unless_known((query["group_by"], composition))
    return queries.allocation.allocation(composition, query["group_by"])


def _update(portfolio_id: int, values: PortfolioFields) -> Resource:
    commands.update_portfolio(
        session, identity.user_id, portfolio_id, changes=values, expected=expected_revisions()
    )
    return queries.portfolios.one(session, identity.user_id, portfolio_id)
