"""Portfolios: made, changed, deleted, and their sums made anew."""

from datetime import UTC, datetime
from typing import Final, Unpack

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from services.portfolio import fx
from services.portfolio.commands import ledger
from services.portfolio.commands.changes import (
    announced,
    changeable,
    portfolio_event,
    transaction_events,
)
from services.portfolio.commands.drafts import exchange_rate
from services.portfolio.models import UNRATED, Asset, Portfolio, PortfolioFields, Transaction
from shared.bus import outbox
from shared.events import Event

_AT_ONCE: Final = 100  # portfolios counted in one transaction, which locks them


def create_portfolio(
    session: Session, *, owner_id: int, **fields: Unpack[PortfolioFields]
) -> Portfolio:
    """Make an empty portfolio; it needs a name and a currency."""
    portfolio = Portfolio(owner_id=owner_id, **fields)
    session.add(portfolio)
    session.flush()
    outbox.add(session, portfolio_event(portfolio, "portfolio-created"))
    return portfolio


def update_portfolio(
    session: Session,
    owner_id: int,
    portfolio_id: int,
    *,
    changes: PortfolioFields,
    expected: frozenset[int] | None = None,
) -> None:
    """Change what people wrote of a portfolio.

    Another cost basis method or currency replays the whole ledger; another currency looks the
    exchange rate of every transaction up again, also where the client had given the old one.

    Args:
        expected: revisions it may have now; None is any.

    Raises:
        NotFound: there is none, or it is somebody else's.
        PreconditionFailed: its revision is not an expected one.
    """
    portfolio = changeable(session, owner_id, portfolio_id, expected)
    before = portfolio.currency, portfolio.cost_basis_method
    for name, value in changes.items():
        setattr(portfolio, name, value)
    portfolio.revision += 1
    portfolio.advance(1)
    portfolio.modified = datetime.now(UTC)
    events = [portfolio_event(portfolio, "portfolio-updated")]
    if portfolio.currency != before[0]:
        events += _rerated(session, portfolio)
    of_positions = []
    if (portfolio.currency, portfolio.cost_basis_method) != before:
        of_positions = ledger.repost(session, portfolio)
    outbox.add(session, *announced(portfolio, events), *of_positions)


def delete_portfolio(
    session: Session,
    owner_id: int,
    portfolio_id: int,
    *,
    expected: frozenset[int] | None = None,
) -> None:
    """Delete a portfolio with its positions and transactions.

    Args:
        expected: revisions it may have now; None is any.

    Raises:
        NotFound: there is none, or it is somebody else's.
        PreconditionFailed: its revision is not an expected one.
    """
    _delete(session, changeable(session, owner_id, portfolio_id, expected))


def delete_everything_of(session: Session, owner_id: int) -> None:
    """Delete every portfolio of a user who is gone."""
    owned = select(Portfolio).where(Portfolio.owner_id == owner_id).order_by(Portfolio.id)
    for portfolio in session.scalars(owned.with_for_update()).all():
        _delete(session, portfolio)


def recompute_portfolio(session: Session, portfolio_id: int) -> int:
    """Make positions, account and count anew from the ledger; return how many were wrong."""
    statement = select(Portfolio).where(Portfolio.id == portfolio_id)
    portfolio = session.scalar(statement.with_for_update())
    if portfolio is None:
        return 0
    account = portfolio.account
    events = ledger.repost(session, portfolio)
    was_miscounted = _count(session, portfolio)
    outbox.add(session, *events)
    return len(events) + (portfolio.account != account) + was_miscounted


def rate_unrated(session: Session) -> None:
    """Give transactions their exchange rate that was not known when they were recorded."""
    waiting = select(Transaction.portfolio_id).where(UNRATED)
    statement = select(Portfolio).where(Portfolio.id.in_(waiting)).order_by(Portfolio.id)
    for portfolio in session.scalars(statement.with_for_update()).all():
        if events := _rerated(session, portfolio, UNRATED):
            of_positions = ledger.repost(session, portfolio)
            outbox.add(session, *announced(portfolio, events), *of_positions)


def count_uncounted(session: Session) -> None:
    """Count the transactions of portfolios that the release before has written, some at once."""
    uncounted = select(Portfolio).where(~Portfolio.is_counted).order_by(Portfolio.id)
    statement = uncounted.limit(_AT_ONCE)
    for portfolio in session.scalars(statement.with_for_update(skip_locked=True)).all():
        _count(session, portfolio)


def _count(session: Session, portfolio: Portfolio) -> bool:
    """Count the transactions of a portfolio that was locked by a statement before this one.

    Returns:
        Whether its count was believed, and was wrong.
    """
    of_portfolio = select(func.count()).where(Transaction.portfolio_id == portfolio.id)
    there = session.scalar(of_portfolio) or 0
    believed = portfolio.transaction_count if portfolio.is_counted else there
    portfolio.transaction_count, portfolio.counted_sequence = there, portfolio.sequence
    return believed != there


def _delete(session: Session, portfolio: Portfolio) -> None:
    portfolio.advance(1)
    outbox.add(session, portfolio_event(portfolio, "portfolio-deleted"))
    session.expunge(portfolio)
    session.execute(delete(Portfolio).where(Portfolio.id == portfolio.id))


def _rerated(
    session: Session, portfolio: Portfolio, *conditions: ColumnElement[bool]
) -> list[Event]:
    """Look exchange rates up; return the events of the transactions that have another one now."""
    statement = select(Transaction).where(Transaction.portfolio_id == portfolio.id, *conditions)
    transactions = session.scalars(statement.order_by(Transaction.id)).all()
    if not transactions:
        return []
    pairs = {(row.currency, portfolio.currency) for row in transactions}
    days = [row.date for row in transactions]
    rates = fx.load(session, portfolio.owner_id, pairs, min(days), max(days))
    asset_ids = {row.asset_id for row in transactions}
    assets = {
        asset.id: asset for asset in session.scalars(select(Asset).where(Asset.id.in_(asset_ids)))
    }
    changed = []
    for row in transactions:
        rate = exchange_rate(row, portfolio, assets.get(row.asset_id or 0), rates)
        if rate != row.exchange_rate:
            row.exchange_rate = rate
            row.derived = sorted({*row.derived, "exchange_rate"})
            row.revision += 1
            row.modified = datetime.now(UTC)
            changed.append(row)
    session.flush()
    return transaction_events(session, portfolio, "transaction-updated", changed)
