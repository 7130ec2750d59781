"""Values of portfolios: kept as they come, told once a minute at most."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from services.webhooks.commands import messages
from services.webhooks.domain import names
from services.webhooks.domain.closes import change_percentage
from services.webhooks.models import NOBODY, Portfolio
from services.webhooks.outside.owners import PortfolioSnapshot
from shared.db import Query
from shared.events import Event
from shared.finance.money import plain, round_money, round_to
from shared.replica import Replica

_TOLD_EVERY: Final = timedelta(minutes=1)
_AT_ONCE: Final = 500  # portfolios of one run
_UNTOLD: Final = (
    Portfolio.value.is_distinct_from(Portfolio.told_value),
    Portfolio.value.is_not(None),
)
# Asked every second, and most of the time nothing is.
IS_ANY_UNTOLD: Final = Query(
    select(
        exists()
        .where(*_UNTOLD)
        .where(or_(Portfolio.told_at.is_(None), Portfolio.told_at <= func.now() - _TOLD_EVERY))
        .label("is_any_untold")
    )
)


def put_value(
    session: Session, event: Event, portfolios: Replica[PortfolioSnapshot]
) -> Decimal | None:
    """Store what a portfolio is worth; return it as printed, or None where it is no news.

    Args:
        event: `portfolio-valued` with a value.
        portfolios: have one that is not here; one that was deleted stays away.

    Raises:
        Missing: the owner of the portfolio has to be asked.
    """
    data = event.data
    portfolio = _locked(session, event, portfolios)
    if portfolio is None or event.sequence <= portfolio.value_sequence:
        return None
    if portfolio.value is None and data["previous_value"] is not None:
        portfolio.told_value = _printed(data["previous_value"], portfolio)
    portfolio.day = date.fromisoformat(data["as_of"])
    portfolio.value = _printed(data["total_value"], portfolio)
    portfolio.value_sequence = event.sequence
    session.flush()
    return portfolio.value


def put_metrics(session: Session, event: Event, portfolios: Replica[PortfolioSnapshot]) -> bool:
    """Store a portfolio's performance and risk figures; return whether they are news.

    Args:
        event: `risk-computed`.
        portfolios: see `put_value`.

    Raises:
        Missing: see there.
    """
    portfolio = _locked(session, event, portfolios)
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
        .where(*_UNTOLD, or_(Portfolio.told_at.is_(None), Portfolio.told_at <= now - _TOLD_EVERY))
        .order_by(Portfolio.told_at)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    for portfolio in session.scalars(untold).all():
        data = _change(portfolio)
        messages.tell_owner(session, portfolio.owner_id, names.VALUE_CHANGED, data, at=now)
        portfolio.told_value = portfolio.value
        portfolio.told_at = now


def _locked(
    session: Session, event: Event, portfolios: Replica[PortfolioSnapshot]
) -> Portfolio | None:
    portfolio_id = event.data["portfolio"]
    portfolio = session.get(Portfolio, portfolio_id, with_for_update=True)
    if portfolio is None:
        portfolios.require(event, portfolio_id)
        return None
    return None if portfolio.owner_id == NOBODY else portfolio


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
