"""Positions: opened, adjusted, deleted, each by entries of the ledger."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.portfolio.commands.assets import learn_assets
from services.portfolio.commands.changes import changeable, require_expected
from services.portfolio.commands.recording import record_transaction
from services.portfolio.commands.transactions import delete_entries
from services.portfolio.models import (
    AVERAGE_COST_PLACES,
    Portfolio,
    Position,
    Transaction,
    TransactionFields,
)
from services.portfolio.outside.owners import Owners
from shared.errors import Conflict, NotFound, ValidationFailed
from shared.finance.entries import EntryType
from shared.finance.money import ZERO, round_to


@dataclass(frozen=True)
class Opening:
    """A position to open.

    Attributes:
        average_cost: of one unit, in the asset's currency.
        first_purchase_date: today, in UTC, by default; the day of the last entry where that is
            later.
    """

    portfolio: int
    asset: int
    quantity: Decimal
    average_cost: Decimal
    first_purchase_date: date | None = None


def open_position(
    session: Session, owner_id: int, opening: Opening, owners: Owners | None = None
) -> int:
    """Open a position by a TRANSFER_IN and return its id.

    Args:
        owners: are asked for an asset that is new to us; None asks nobody.

    Raises:
        NotFound: the portfolio is not the owner's.
        Conflict: the portfolio holds the asset already.
        ValidationFailed: there is no such asset, or it is retired, or a later ADJUSTMENT says
            that nothing is held.
        Unavailable: the asset is new to us, and its owner does not answer.
    """
    portfolio_id, asset_id = opening.portfolio, opening.asset
    learn_assets(session, [asset_id], owners)
    changeable(session, owner_id, portfolio_id)
    place = (Position.portfolio_id == portfolio_id, Position.asset_id == asset_id)
    position = session.scalar(select(Position).where(*place))
    if position is not None and position.quantity:
        raise Conflict("The portfolio has a position in this asset: change that one.")
    day = opening.first_purchase_date or _today(position)
    _require_no_later_adjustment(session, portfolio_id, asset_id, day)
    transfer = TransactionFields(
        portfolio=portfolio_id,
        asset=asset_id,
        transaction_type=EntryType.TRANSFER_IN.value,
        date=day,
        quantity=opening.quantity,
        price=opening.average_cost,
    )
    record_transaction(session, owner_id, transfer)
    return session.scalars(select(Position.id).where(*place)).one()


def adjust_position(
    session: Session,
    owner_id: int,
    position_id: int,
    *,
    quantity: Decimal | None = None,
    average_cost: Decimal | None = None,
    expected: frozenset[int] | None = None,
) -> None:
    """Set what is held, or what it cost, by an ADJUSTMENT of today, or of the last entry's day.

    A cost that stays keeps its exchange rate too; another one has that of the day.

    Args:
        quantity: the same as now by default.
        average_cost: of one unit, in the asset's currency; the same as now by default.
        expected: revisions it may have now; None is any.

    Raises:
        NotFound: there is none, or it is somebody else's.
        PreconditionFailed: its revision is not an expected one.
        ValidationFailed: it was closed, and no cost is given.
    """
    portfolio, position = _locked(session, owner_id, position_id)
    require_expected("position", position.revision, expected)
    quantity = position.quantity if quantity is None else quantity
    unit = position.unit_cost
    # As it was answered, rounded, it is no other cost.
    if average_cost is not None and average_cost != round_to(unit or ZERO, AVERAGE_COST_PLACES):
        unit = average_cost
    if (quantity, unit) == (position.quantity, position.unit_cost):
        return
    if quantity and unit is None:
        raise ValidationFailed.of("average_cost", "The position was closed: it needs a new cost.")
    stays = unit == position.unit_cost
    adjustment = TransactionFields(
        portfolio=portfolio.id,
        asset=position.asset_id,
        transaction_type=EntryType.ADJUSTMENT.value,
        date=_today(position),
        quantity=quantity,
        price=unit if quantity else None,
        exchange_rate=position.cost_rate if quantity and stays else None,
    )
    record_transaction(session, owner_id, adjustment)


def delete_position(
    session: Session, owner_id: int, position_id: int, *, expected: frozenset[int] | None = None
) -> None:
    """Delete a position with all entries of its asset.

    Args:
        expected: revisions it may have now; None is any.

    Raises:
        NotFound: there is none, or it is somebody else's.
        PreconditionFailed: its revision is not an expected one.
    """
    portfolio, position = _locked(session, owner_id, position_id)
    require_expected("position", position.revision, expected)
    of_asset = select(Transaction).where(
        Transaction.portfolio_id == portfolio.id, Transaction.asset_id == position.asset_id
    )
    delete_entries(session, portfolio, session.scalars(of_asset.order_by(Transaction.id)).all())


def _locked(session: Session, owner_id: int, position_id: int) -> tuple[Portfolio, Position]:
    """Return a position with its portfolio, whose lock keeps both as they are."""
    owned = (
        select(Position)
        .join(Portfolio, Portfolio.id == Position.portfolio_id)
        .where(Position.id == position_id, Portfolio.owner_id == owner_id)
        .execution_options(populate_existing=True)
    )
    position = session.scalar(owned)
    if position is None:
        raise NotFound.of("position")
    portfolio = changeable(session, owner_id, position.portfolio_id)
    position = session.scalar(owned)
    if position is None:
        raise NotFound.of("position")
    return portfolio, position


def _today(position: Position | None) -> date:
    """Return today, in UTC; where it is tomorrow already the position may have a later entry."""
    today = datetime.now(UTC).date()
    return today if position is None else max(today, position.last_date)


def _require_no_later_adjustment(session: Session, portfolio: int, asset: int, day: date) -> None:
    """Refuse an opening that an ADJUSTMENT after it would undo."""
    adjusted = session.scalar(
        select(func.max(Transaction.date)).where(
            Transaction.portfolio_id == portfolio,
            Transaction.asset_id == asset,
            Transaction.transaction_type == EntryType.ADJUSTMENT.value,
        )
    )
    if adjusted is not None and adjusted > day:
        raise ValidationFailed.of(
            "first_purchase_date",
            f"An ADJUSTMENT of {adjusted} says what is held from then on: open the position on"
            " that day or later, or delete the ADJUSTMENT first.",
        )
