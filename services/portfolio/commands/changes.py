"""The lock that every change takes, and the events that tell of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.portfolio.domain.holding import Holding
from services.portfolio.models import Asset, LedgerPortfolio, Portfolio, Transaction
from shared.errors import NotFound, PreconditionFailed
from shared.events import Event
from shared.finance.money import trimmed


def changeable(
    session: Session,
    owner_id: int,
    portfolio_id: int,
    expected: frozenset[int] | None = None,
) -> Portfolio:
    """Return a portfolio of the owner, locked.

    Args:
        expected: revisions it may have now; None is any.

    Raises:
        NotFound: there is none, or it is somebody else's.
        PreconditionFailed: its revision is not an expected one.
    """
    portfolio = all_changeable(session, owner_id, [portfolio_id]).get(portfolio_id)
    if portfolio is None:
        raise NotFound.of("portfolio")
    require_expected("portfolio", portfolio.revision, expected)
    return portfolio


def all_changeable(session: Session, owner_id: int, ids: Iterable[int]) -> dict[int, Portfolio]:
    """Return those portfolios of the owner that there are, by id, locked in the order of ids."""
    owned = select(Portfolio).where(Portfolio.owner_id == owner_id, Portfolio.id.in_(list(ids)))
    # populate_existing: what the session read before it had the lock may be old.
    locked = (
        owned.order_by(Portfolio.id).with_for_update().execution_options(populate_existing=True)
    )
    return {portfolio.id: portfolio for portfolio in session.scalars(locked)}


def require_expected(noun: str, revision: int, expected: frozenset[int] | None) -> None:
    """Refuse a change of what has changed since the client read it.

    Raises:
        PreconditionFailed: `revision` is not an expected one.
    """
    if expected is not None and revision not in expected:
        raise PreconditionFailed(f"The {noun} has changed since you read it.")


def portfolio_event(portfolio: Portfolio, type_: str) -> Event:
    """Return the event of a change to a portfolio; its sequence must be the portfolio's already."""
    return _of_portfolio(portfolio, type_, {"portfolio": portfolio.card()})


def transaction_events(
    session: Session, portfolio: LedgerPortfolio, type_: str, transactions: Sequence[Transaction]
) -> list[Event]:
    """Return the next events on a portfolio: its `transactions` changed, in this order.

    Several are to be `announced`.
    """
    ids = {row.asset_id for row in transactions if row.asset_id is not None}
    symbols: dict[int | None, str] = {}
    if ids:
        assets = session.execute(select(Asset.id, Asset.symbol).where(Asset.id.in_(ids)))
        symbols.update((asset_id, symbol) for asset_id, symbol in assets)
    cards = [row.card(symbols.get(row.asset_id)) for row in transactions]
    return list(_card_events(portfolio, type_, cards))


def announced(portfolio: LedgerPortfolio, events: Sequence[Event]) -> Sequence[Event]:
    """Return all events of one commit on a portfolio, several behind one that announces them.

    Args:
        portfolio: its sequence must be that of the last of them already.
        events: of changed entries, and perhaps of the portfolio itself.
    """
    cards = [event.data["transaction"] for event in events if "transaction" in event.data]
    if not cards or len(events) == 1:
        return events
    return [_ledger_changed(portfolio, cards), *events]


def announced_cards(
    portfolio: LedgerPortfolio, type_: str, cards: Sequence[Mapping[str, Any]]
) -> Iterator[Event]:
    """Yield the next events on a portfolio: the transactions of `cards` changed, in this order.

    Several stand behind one that announces them. Each is made when it is asked for, so that
    thousands are never there at once; the sequence of the portfolio has counted them all by then.
    """
    events = _card_events(portfolio, type_, cards)
    if len(cards) > 1:
        events = chain([_ledger_changed(portfolio, cards)], events)
    return events


def _card_events(
    portfolio: LedgerPortfolio, type_: str, cards: Sequence[Mapping[str, Any]]
) -> Iterator[Event]:
    owner, subject, first = portfolio.owner_id, f"portfolios/{portfolio.id}", portfolio.sequence + 1
    portfolio.advance(len(cards))
    data = ({"owner": owner, "transaction": card} for card in cards)
    is_announced = len(cards) > 1
    return Event.series("portfolio", type_, subject, first, data, is_announced=is_announced)


def _ledger_changed(portfolio: LedgerPortfolio, cards: Sequence[Mapping[str, Any]]) -> Event:
    data = {
        "portfolio": portfolio.id,
        "owner": portfolio.owner_id,
        "first_date": min(map(itemgetter("date"), cards)),
        "count": len(cards),
    }
    return _of_portfolio(portfolio, "ledger-changed", data)


def position_event(
    portfolio: LedgerPortfolio, asset_id: int, position_id: int, sequence: int, holding: Holding
) -> Event:
    """Return the event of a change to a position.

    Args:
        sequence: the position's, this change counted.
        holding: what it is now; nothing at all when its last entry is gone.
    """
    data = {
        "position": position_id,
        "portfolio": portfolio.id,
        "owner": portfolio.owner_id,
        "asset": asset_id,
        "quantity": trimmed(holding.quantity, 0),
        "cost_basis": trimmed(holding.cost, 0),
        "realized_gain_loss": trimmed(holding.realized, 0),
    }
    return Event.now("portfolio", "position-changed", f"positions/{position_id}", sequence, data)


def _of_portfolio(portfolio: LedgerPortfolio, type_: str, data: dict[str, object]) -> Event:
    return Event.now("portfolio", type_, f"portfolios/{portfolio.id}", portfolio.sequence, data)
