"""What positions add up to, and what stands in the way of a total: a statement for many portfolios.

Every function takes the ids of portfolios and answers by id; one that has nothing is left out.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, case, exists, func, or_, select, true
from sqlalchemy.orm import Session

from services.portfolio.domain.cash import sums_entered
from services.portfolio.domain.totals import Sums
from services.portfolio.models import UNRATED, Asset, Portfolio, Position, Transaction
from services.portfolio.queries.remarks import LastPrice
from shared.events.cards import TRADE
from shared.finance.entries import EARNINGS, EntryType

_HELD: Final = Position.quantity > 0
# As `Entry.cash` is.
_CHARGED: Final = case(
    (Transaction.transaction_type.in_(EARNINGS), Transaction.fees + Transaction.taxes), else_=0
)
_CASH: Final = func.coalesce(Transaction.amount, 0) - _CHARGED


@dataclass(frozen=True, slots=True)
class Unrated:
    """Transactions of one kind whose exchange rate is not known.

    Attributes:
        entered: the sums of the account that are unknown by them.
    """

    currency: str
    type: EntryType
    entered: frozenset[str]


def of_positions(session: Session, ids: Collection[int]) -> dict[int, list[Sums]]:
    """Return the sums of each portfolio, one for each currency of its assets."""
    held = func.count().filter(_HELD)
    priced = func.count(Asset.current_price).filter(_HELD)
    value = func.sum(Position.quantity * Asset.current_price).filter(_HELD)
    statement = (
        select(
            Position.portfolio_id,
            Asset.currency,
            held.label("held"),
            case((priced == held, value)).label("value"),
            _if_all_known(Position.base_cost).label("cost"),
            _if_all_known(Position.base_realized).label("realized"),
            _if_all_known(Position.base_income).label("income"),
        )
        .join(Asset, Asset.id == Position.asset_id)
        .where(Position.portfolio_id.in_(ids))
        .group_by(Position.portfolio_id, Asset.currency)
        .order_by(Position.portfolio_id, Asset.currency)
    )
    by_portfolio: defaultdict[int, list[Sums]] = defaultdict(list)
    for portfolio_id, *sums in session.execute(statement):
        currency, held_, value_, cost, realized, income = sums
        by_portfolio[portfolio_id].append(
            Sums(
                currency=currency,
                held=held_,
                value=value_,
                cost=cost,
                realized=realized,
                income=income,
            )
        )
    return by_portfolio


def doubtful_prices(
    session: Session, ids: Collection[int], oldest_fresh: date
) -> dict[int, list[LastPrice]]:
    """Return the last prices of what is held that are missing, a trade's, or too old.

    Args:
        oldest_fresh: see `shared.finance.days`.
    """
    is_doubtful = or_(
        Asset.price_date.is_(None), Asset.price_date < oldest_fresh, Asset.price_source == TRADE
    )
    statement = (
        select(Position.portfolio_id, Asset.symbol, Asset.price_date, Asset.price_source)
        .join(Asset, Asset.id == Position.asset_id)
        .where(Position.portfolio_id.in_(ids), _HELD, is_doubtful)
        .order_by(Position.portfolio_id, Asset.symbol, Asset.id)
    )
    by_portfolio: defaultdict[int, list[LastPrice]] = defaultdict(list)
    for portfolio_id, symbol, day, source in session.execute(statement):
        by_portfolio[portfolio_id].append(LastPrice(symbol, day, source))
    return by_portfolio


def unbooked_splits(
    session: Session, ids: Collection[int]
) -> dict[int, list[tuple[int, str, date]]]:
    """Return the assets held over a split that the ledger has not: id, symbol and its last day.

    An ADJUSTMENT afterwards says what is held, and settles it as well.
    """
    splits = func.unnest(Asset.split_dates).table_valued("day").render_derived().lateral()
    day = splits.c.day
    entry = (Transaction.portfolio_id == Position.portfolio_id) & (
        Transaction.asset_id == Position.asset_id
    )
    is_split = (Transaction.transaction_type == EntryType.SPLIT) & (Transaction.date == day)
    settles = (Transaction.transaction_type == EntryType.ADJUSTMENT) & (Transaction.date >= day)
    statement = (
        select(Position.portfolio_id, Asset.id, Asset.symbol, func.max(day))
        .join(Asset, Asset.id == Position.asset_id)
        .join(splits, true())
        .where(Position.portfolio_id.in_(ids), _HELD, Position.first_purchase_date < day)
        .where(~exists().where(entry, or_(is_split, settles)))
        .group_by(Position.portfolio_id, Asset.id)
        .order_by(Position.portfolio_id, Asset.symbol, Asset.id)
    )
    by_portfolio: defaultdict[int, list[tuple[int, str, date]]] = defaultdict(list)
    for portfolio_id, *split in session.execute(statement):
        asset_id, symbol, split_day = split
        by_portfolio[portfolio_id].append((asset_id, symbol, split_day))
    return by_portfolio


def unrated(session: Session, ids: Collection[int]) -> dict[int, list[Unrated]]:
    """Return the kinds of transactions whose rate was needed and is not known."""
    of_asset, in_cash = Transaction.asset_id.is_not(None), Transaction.date >= Portfolio.cash_since
    kind = (Transaction.portfolio_id, Transaction.currency, Transaction.transaction_type)
    statement = (
        select(*kind, of_asset, func.coalesce(in_cash, False), _CASH != 0)
        .join(Portfolio, Portfolio.id == Transaction.portfolio_id)
        .where(Transaction.portfolio_id.in_(ids), UNRATED)
        .distinct()
        .order_by(*kind)
    )
    by_portfolio: defaultdict[int, list[Unrated]] = defaultdict(list)
    for portfolio_id, currency, name, of_asset_, in_cash_, moves_cash in session.execute(statement):
        type_ = EntryType(name)
        entered = sums_entered(type_, of_asset=of_asset_, in_cash=in_cash_)
        by_portfolio[portfolio_id].append(
            Unrated(currency, type_, entered if moves_cash else frozenset())
        )
    return by_portfolio


def _if_all_known(column: Any) -> ColumnElement[Any]:
    """Return the sum of a column; NULL as soon as one value is."""
    return case((func.count() == func.count(column), func.sum(column)))
