"""Values of portfolios: kept as they come, told once a minute at most."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.webhooks.commands import messages
from services.webhooks.domain import names
from services.webhooks.domain.closes import Closes, change_percentage
from services.webhooks.models import Portfolio
from shared.events import Event
from shared.money import plain, round_money, round_to

_TOLD_EVERY: Final = timedelta(minutes=1)
_AT_ONCE: Final = 500  # portfolios of one run


def put_value(session: Session, event: Event) -> Portfolio | None:
    """Store what a portfolio is worth; return it, or None where nothing newer was said.

    Args:
        event: `portfolio-valued` with a value.
    """
    data = event.data
    portfolio = _locked(session, data)
    if event.sequence <= portfolio.valued_at:
        return None
    if portfolio.value is None and data["previous_value"] is not None:
        portfolio.told_value = _printed(data["previous_value"], portfolio)
    portfolio.value = _printed(data["total_value"], portfolio)
    portfolio.valued_at = event.sequence
    closes = Closes.from_json(portfolio.closes)
    day = date.fromisoformat(data["as_of"])
    portfolio.closes = closes.with_close(day, portfolio.value).to_json()
    return portfolio


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


def _locked(session: Session, data: dict[str, Any]) -> Portfolio:
    kept = select(Portfolio).where(Portfolio.id == data["portfolio"]).with_for_update()
    portfolio = session.scalar(kept)
    if portfolio is None:
        # Heard of for the first time: from its value, not from its owner.
        portfolio = Portfolio(
            id=data["portfolio"],
            owner_id=data["owner"],
            currency=data["currency"],
            valued_at=0,
            closes={},
        )
        session.add(portfolio)
    return portfolio


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
