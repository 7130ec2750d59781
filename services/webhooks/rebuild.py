"""What we keep of others, made anew from its owners: `python -m services.webhooks rebuild`."""

from functools import partial
from itertools import islice
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.webhooks.commands import alerts, projections
from services.webhooks.domain.holdings import held
from services.webhooks.owners import Owners
from shared.db import Database

_AT_ONCE: Final = 500  # assets of one transaction


def run(database: Database, owners: Owners) -> str:
    """Ask for all portfolios and assets and store them; return what was done.

    The worker may go on meanwhile.
    """
    # Read first: a portfolio that is made meanwhile is not taken for one that is gone.
    known = database.unit(projections.portfolio_ids)
    listed = {card["id"] for card in owners.portfolios()}
    for portfolio_id in sorted(listed):
        _portfolio(database, owners, portfolio_id)
    for portfolio_id in known - listed:
        database.unit(partial(_forget, portfolio_id))
    assets, cards = 0, owners.assets()
    while chunk := list(islice(cards, _AT_ONCE)):
        with database.sessions.begin() as session:
            for card in chunk:
                projections.put_asset(session, card["sequence"], card)
        assets += len(chunk)
    return f"{len(listed)} portfolios, {assets} assets."


def _forget(portfolio_id: int, session: Session) -> None:
    projections.delete_portfolio(session, portfolio_id)
    alerts.delete_alerts_on(session, portfolio_id)


def _portfolio(database: Database, owners: Owners, portfolio_id: int) -> None:
    def store(session: Session) -> None:
        # No event is applied between the answer and its storing, so none is undone by it.
        session.execute(text("LOCK TABLE holdings IN SHARE ROW EXCLUSIVE MODE"))
        answer = owners.portfolio(portfolio_id)
        projections.put_portfolio(session, answer["sequence"], answer["portfolio"])
        projections.put_holdings(session, answer["portfolio"], held(answer["transactions"]))

    database.unit(store)
