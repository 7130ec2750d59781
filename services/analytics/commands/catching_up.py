"""Ledgers that are behind: their owner has more than we, and is asked for all of it.

The consumer only notes that, and another part of the worker asks: no event of another portfolio
waits for a ledger of 20,000 entries.
"""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.analytics.commands.marks import mark_portfolio
from services.analytics.commands.projections import forget_portfolio, put_card, replace_entries
from services.analytics.models import Portfolio
from services.analytics.outside.owners import PortfolioSnapshot
from shared.db import ring, written

# Rings when a portfolio has fallen behind.
BELL: Final = "behind"
_CATCHING_UP: Final = 7166313  # advisory locks, one for each portfolio


class Overtaken(Exception):
    """What we have of a portfolio became newer than what its owner has said of it."""


class Behind(NamedTuple):
    """A portfolio that is behind; `written` is another number once more was heard of it."""

    id: int
    written: int


def fall_behind(session: Session, portfolio_id: int) -> None:
    """Note that the owner of a portfolio has more than we."""
    session.execute(update(Portfolio).where(Portfolio.id == portfolio_id).values(is_behind=True))
    ring(session, BELL)


def behind(session: Session, most: int, but: Collection[int]) -> Sequence[Behind]:
    """Return portfolios that are behind, `but` some."""
    rows = select(Portfolio.id, written(Portfolio)).where(
        Portfolio.is_behind, Portfolio.id.not_in(but)
    )
    return [Behind(*row) for row in session.execute(rows.order_by(Portfolio.id).limit(most))]


def catch_up(session: Session, row: Behind, snapshot: PortfolioSnapshot | None) -> None:
    """Store what the owner of a portfolio says of it now; None is that there is no such portfolio.

    It stays behind if more was heard of it since it was found. What the consumer may wait for, its
    row and the lock of all marks, is locked last, when the ledger is stored.

    Raises:
        Overtaken: it was deleted meanwhile.
    """
    session.execute(select(func.pg_advisory_xact_lock(_CATCHING_UP, row.id % 2**31)))
    ours = session.scalar(select(Portfolio.sequence).where(Portfolio.id == row.id)) or 0
    if snapshot is None:
        forget_portfolio(session, row.id, ours)
    elif snapshot.sequence < ours:  # the owner was restored from a backup
        _be_current(session, row)
    else:
        replace_entries(session, snapshot)
        mark_portfolio(session, row.id)
        _be_current(session, row)
        if not put_card(session, snapshot):
            raise Overtaken(row.id)


def _be_current(session: Session, row: Behind) -> None:
    is_as_found = (Portfolio.id == row.id) & (written(Portfolio) == row.written)
    session.execute(update(Portfolio).where(is_as_found).values(is_behind=False))
