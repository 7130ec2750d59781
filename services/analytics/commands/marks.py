"""Marks: from which day on a portfolio must be valued again.

They are set in the transaction of what changed, and only ever added: no event waits for a
portfolio that is being valued, and a mark that comes meanwhile is still there afterwards.

A change of a ledger and one of a price are never marked at once, and their transactions hold that
lock from there to their end: else the price would not see that the portfolio holds the asset, nor
the valuation after the first of them the other one's change.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Date,
    Integer,
    Interval,
    Text,
    all_,
    any_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from services.analytics.models import (
    Asset,
    LastValuation,
    LedgerEntry,
    Portfolio,
    RevaluationMark,
)
from shared.db import AnySelect, Database, Query, execute, ring

# Rings when a mark was set.
BELL: Final = "marks"
EVERYTHING: Final = date.min  # before every ledger
# Advisory locks: one for each portfolio, and one that keeps ledgers and prices apart.
_VALUING: Final = 7166311
_CHANGING: Final = 7166312
_KEEP_APART: Final = Query(select(func.pg_advisory_xact_lock(_CHANGING)))
# Asked five times a second in a burst. The clock is the database's, which gave marks their time.
_HAS_PAUSED: Final = func.max(RevaluationMark.marked_at) <= func.now() - bindparam(
    "pause", type_=Interval
)
_IS_ENOUGH: Final = func.min(RevaluationMark.marked_at) <= func.now() - bindparam(
    "longest", type_=Interval
)
_WAITING: Final = Query(
    select(RevaluationMark.portfolio_id)
    .where(RevaluationMark.portfolio_id != all_(bindparam("but", type_=ARRAY(BigInteger))))
    .group_by(RevaluationMark.portfolio_id)
    .having(_HAS_PAUSED | _IS_ENOUGH)
    .order_by(func.min(RevaluationMark.id))
    .limit(bindparam("most", type_=Integer))
)


def keep_prices_apart(session: Session) -> None:
    """Let no price change until the end of this transaction, which changes a ledger."""
    execute(session, _KEEP_APART, {})


def mark_portfolio(session: Session, portfolio_id: int, since: date = EVERYTHING) -> None:
    """Let a portfolio be valued again from a day on."""
    keep_prices_apart(session)
    session.execute(insert(RevaluationMark).values(portfolio_id=portfolio_id, since=since))
    ring(session, BELL)


def mark_entry(session: Session, entry_id: int) -> None:
    """Let a portfolio be valued again from the day of one of its entries on, as it stands now.

    Called before an entry changes and after.
    """
    keep_prices_apart(session)
    of_entry = select(LedgerEntry.portfolio_id, LedgerEntry.date)
    _add(session, of_entry.where(LedgerEntry.id == entry_id))


def mark_holders(session: Session, asset_id: int, since: date = EVERYTHING) -> None:
    """Let every portfolio be valued again whose ledger names an asset, or that needs it as a rate.

    A private pair gives rates to its owner's portfolios alone. Which rates a portfolio needs is
    known only once it is valued; so one that waits for that gets another mark.
    """
    session.execute(select(func.pg_advisory_xact_lock_shared(_CHANGING)))
    day = literal(since, Date)
    is_pair = (Asset.id == asset_id) & (Asset.asset_type == "CURRENCY")
    symbol = select(cast(Asset.symbol, Text)).where(is_pair).scalar_subquery()
    needs_rate = LastValuation.rate_symbols.contains(array([symbol]))
    is_theirs = or_(Asset.owner_id.is_(None), Asset.owner_id == Portfolio.owner_id)
    converted = select(Portfolio.id, day).join(Asset, is_pair & is_theirs)
    is_waiting = RevaluationMark.portfolio_id == Portfolio.id
    holders = union(
        select(LedgerEntry.portfolio_id, day).where(LedgerEntry.asset_id == asset_id),
        converted.join(LastValuation).where(needs_rate),
        converted.join(RevaluationMark, is_waiting),
    )
    _add(session, select(holders.subquery()))


def _add(session: Session, marks: AnySelect) -> None:
    session.execute(insert(RevaluationMark).from_select(["portfolio_id", "since"], marks))
    ring(session, BELL)


class Claim(NamedTuple):
    """The marks of one portfolio: their ids, and the earliest day."""

    marks: list[int]
    since: date


class Patience(NamedTuple):
    """How long a portfolio waits for more changes.

    Attributes:
        pause: since the last change.
        longest: since the first one, however many more come.
    """

    pause: timedelta
    longest: timedelta


NO_PATIENCE: Final = Patience(timedelta(0), timedelta(0))


def waiting(
    database: Database, most: int, but: Collection[int], patience: Patience = NO_PATIENCE
) -> Sequence[int]:
    """Return portfolios whose marks have waited enough, `but` some, the longest waiting first."""
    asked = {"most": most, "but": list(but), **patience._asdict()}
    return [row.portfolio_id for row in database.read(_WAITING, asked)]


def claim(session: Session, portfolio_id: int) -> Claim | None:
    """Return the marks of a portfolio, or None while another worker values it or has done so.

    The claim ends with the transaction. Marks are read before all else: what they stand for is
    committed, and what comes later has a mark of its own.
    """
    key = portfolio_id % 2**31  # two that share a key only wait for each other
    if not session.scalar(select(func.pg_try_advisory_xact_lock(_VALUING, key))):
        return None
    mine = RevaluationMark.portfolio_id == portfolio_id
    marks = session.execute(select(RevaluationMark.id, RevaluationMark.since).where(mine)).all()
    return Claim([row.id for row in marks], min(row.since for row in marks)) if marks else None


def settle(session: Session, claim: Claim) -> None:
    """Take away the marks that were claimed, and no others."""
    # One array, since there may be more of them than a statement has parameters.
    mine = RevaluationMark.id == any_(literal(claim.marks, ARRAY(BigInteger)))
    session.execute(delete(RevaluationMark).where(mine))
