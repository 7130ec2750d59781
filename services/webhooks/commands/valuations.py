"""Values of portfolios: kept as they come, told once a minute at most."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.webhooks.commands import messages, projections
from services.webhooks.domain import names
from services.webhooks.domain.closes import change_percentage
from services.webhooks.models import NOBODY, Portfolio
from services.webhooks.owners import Owners
from shared.errors import NotFound
from shared.events import Event
from shared.finance.money import plain, round_money, round_to

_TOLD_EVERY: Final = timedelta(minutes=1)
_AT_ONCE: Final = 500  # portfolios of one run


def put_value(session: Session, event: Event, owners: Owners) -> Decimal | None:
    """Store what a portfolio is worth; return it as printed, or None where it is no news.

    Args:
        event: `portfolio-valued` with a value.
        owners: asked for a portfolio that is not here; one that was deleted stays away.
    """
    data = event.data
    portfolio = _locked(session, data["portfolio"], owners)
    if portfolio is None or event.sequence <= portfolio.value_sequence:
        return None
    if portfolio.value is None and data["previous_value"] is not None:
        portfolio.told_value = _printed(data["previous_value"], portfolio)
    portfolio.day = date.fromisoformat(data["as_of"])
    portfolio.value = _printed(data["total_value"], portfolio)
    portfolio.value_sequence = event.sequence
    session.flush()
    return portfolio.value


def put_metrics(session: Session, event: Event, owners: Owners) -> bool:
    """Store a portfolio's performance and risk figures; return whether they are news.

    Args:
        event: `risk-computed`.
        owners: see `put_value`.
    """
    portfolio = _locked(session, event.data["portfolio"], owners)
    if portfolio is None or event.sequence <= portfolio.metrics_sequence:
        return False
    portfolio.metrics = event.data["metrics"]
    portfolio.metrics_sequence = event.sequence
    session.flush()
    return True


def tell_values(session: Session, now: datetime | None = None) -> None:
    """Tell the owners of the portfolios whose printed value is another than the one told last.

    The last value wins: what a value was in between is told to nobody.
    """
    now = now or datetime.now(UTC)
    untold = (
        select(Portfolio)
        .where(Portfolio.value.is_distinct_from(Portfolio.told_value), Portfolio.value.is_not(None))
        .where(or_(Portfolio.told_at.is_(None), Portfolio.told_at <= now - _TOLD_EVERY))
        .order_by(Portfolio.told_at)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    for portfolio in session.scalars(untold).all():
        data = _change(portfolio)
        messages.tell_owner(session, portfolio.owner_id, names.VALUE_CHANGED, data, at=now)
        portfolio.told_value = portfolio.value
        portfolio.told_at = now


def _locked(session: Session, portfolio_id: int, owners: Owners) -> Portfolio | None:
    is_it = (Portfolio.id == portfolio_id, Portfolio.owner_id != NOBODY)
    kept = select(Portfolio).where(*is_it).with_for_update()
    if portfolio := session.scalar(kept):
        return portfolio
    try:
        projections.learn_portfolio(session, portfolio_id, owners)
    except NotFound:
        return None
    return session.scalar(kept)


def _printed(value: str | Decimal, portfolio: Portfolio) -> Decimal:
    return round_money(Decimal(value), portfolio.currency)


def _change(portfolio: Portfolio) -> dict[str, Any]:
    change = change_percentage(portfolio.value, portfolio.told_value)
    return {
        "portfolio": portfolio.id,
        "total_value": _text(portfolio.value, portfolio),
        "previous_value": _text(portfolio.told_value, portfolio),
        "change_percentage": None if change is None else plain(round_to(change, 4)),
        "currency": portfolio.currency,
    }


def _text(value: Decimal | None, portfolio: Portfolio) -> str | None:
    return None if value is None else plain(_printed(value, portfolio))
