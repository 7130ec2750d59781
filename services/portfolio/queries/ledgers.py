"""Portfolios and their ledgers as other services copy them: whole, with the sequence they have."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.portfolio.models import LEDGER_ORDER, Asset, Portfolio, Transaction
from shared.errors import NotFound

PAGE: Final = 1000  # portfolios


def ids(session: Session) -> Sequence[int]:
    """Return the id of every portfolio."""
    return session.scalars(select(Portfolio.id).order_by(Portfolio.id)).all()


def page(session: Session, after_id: int) -> list[dict[str, Any]]:
    """Return the next 1000 cards of all portfolios."""
    after = select(Portfolio).where(Portfolio.id > after_id).order_by(Portfolio.id).limit(PAGE)
    return [{**row.card(), "sequence": row.sequence} for row in session.scalars(after)]


def one(session: Session, portfolio_id: int) -> dict[str, Any]:
    """Return a portfolio with its ledger and the sequence that both have.

    One statement, so one snapshot: the ledger is neither older nor newer than the sequence.

    Raises:
        NotFound: there is no such portfolio.
    """
    statement = (
        select(Portfolio, Transaction, Asset.symbol)
        .outerjoin(Transaction, Transaction.portfolio_id == Portfolio.id)
        .outerjoin(Asset, Asset.id == Transaction.asset_id)
        .where(Portfolio.id == portfolio_id)
        .order_by(*LEDGER_ORDER)
    )
    rows = session.execute(statement).all()
    if not rows:
        raise NotFound.of("portfolio")
    portfolio: Portfolio = rows[0][0]
    return {
        "portfolio": portfolio.card(),
        "sequence": portfolio.sequence,
        "transactions": [entry.card(symbol) for _, entry, symbol in rows if entry is not None],
    }
