"""Watching: which rules a new number crosses, found by the database among those it concerns."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Numeric, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from services.webhooks.domain import names
from services.webhooks.domain.closes import Closes
from services.webhooks.models import Alert, Firing, Portfolio
from shared.bus import outbox
from shared.events import Event
from shared.money import round_to, trimmed

Values = Mapping[Any, Decimal | None]
Number = ColumnElement[Any]  # a decimal, or NULL

_ON_CHANGE: Final = Alert.kind.in_(names.CHANGE_KINDS)
# Decimals of what a firing says, where it is a percentage.
_PLACES: Final = {names.PRICE_CHANGE: 2, names.VALUE_CHANGE: 4}
_STORED_PLACES: Final = 8


def windows(session: Session, which: ColumnElement[bool]) -> Sequence[int]:
    """Return the windows of the rules on a change among `which`, in market days."""
    on_change = select(Alert.window_days).where(which, Alert.is_active, _ON_CHANGE)
    return [days for days in session.scalars(on_change.distinct()) if days]


def look_at_value(
    session: Session, which: ColumnElement[bool], value: Decimal, changes: Values, at: datetime
) -> None:
    """Look at rules on a price or a portfolio's value.

    Args:
        which: the rules.
        changes: window → change in percent; see `windows`.
        at: when it became so.
    """
    seen = case((_ON_CHANGE, _chosen(changes, Alert.window_days)), else_=_literal(value))
    _look(session, which, seen, at)


def look_at_portfolio(
    session: Session, which: ColumnElement[bool], portfolio: Portfolio, at: datetime
) -> None:
    """Look at rules on the value of a portfolio that has one."""
    if portfolio.value is None:
        return
    closes = Closes.from_json(portfolio.closes)
    changes = closes.changes(portfolio.value, max(closes.closes), windows(session, which))
    on_value = and_(which, Alert.kind.in_(names.VALUE_KINDS))
    look_at_value(session, on_value, portfolio.value, changes, at)


def look_at_metrics(
    session: Session, which: ColumnElement[bool], metrics: Values, at: datetime
) -> None:
    """Look at rules on a portfolio's performance and risk figures."""
    _look(session, and_(which, Alert.kind == names.RISK), _chosen(metrics, Alert.metric), at)


def _look(session: Session, which: ColumnElement[bool], value: Number, at: datetime) -> None:
    met = _is_met(value)
    changed = (
        select(Alert, value.label("value"), met.label("is_met"))
        .where(which, Alert.is_active, met.is_not(None), met.is_distinct_from(Alert.is_met))
        .order_by(Alert.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for alert, seen, is_met in session.execute(changed).all():
        # A rule that was never looked at learns where it stands; only then can it be crossed.
        crossed = is_met and alert.is_met is False
        alert.is_met = is_met
        if crossed and _has_rested(alert, at):
            _fire(session, alert, seen, at)


def _is_met(value: Number) -> ColumnElement[bool]:
    """Return whether a rule's condition holds; NULL where the value is not defined."""
    threshold, kind = Alert.threshold, Alert.kind
    above = or_(kind.in_([names.PRICE_ABOVE, names.VALUE_ABOVE]), Alert.operator == "gt")
    below = or_(kind.in_([names.PRICE_BELOW, names.VALUE_BELOW]), Alert.operator == "lt")
    # A rule on a change: a positive threshold is a move either way, a negative one a fall.
    moved = case((threshold < 0, value <= threshold), else_=func.abs(value) >= threshold)
    return case((above, value > threshold), (below, value < threshold), else_=moved)


def _chosen(values: Values, by: Any) -> Number:
    """Return the one of `values` whose key is in the column `by`; NULL where there is none."""
    known = {key: _literal(value) for key, value in values.items() if value is not None}
    return case(known, value=by) if known else literal(None, Numeric)


def _literal(value: Decimal) -> Number:
    return literal(value, Numeric)


def _has_rested(alert: Alert, at: datetime) -> bool:
    rest = timedelta(seconds=alert.cooldown_seconds)
    return alert.last_fired is None or at - alert.last_fired >= rest


def _fire(session: Session, alert: Alert, value: Decimal, at: datetime) -> None:
    value = round_to(value, _PLACES.get(alert.kind, _STORED_PLACES))
    alert.last_fired = at
    alert.fired += 1
    session.add(Firing(alert_id=alert.id, fired_at=at, value=value, threshold=alert.threshold))
    data = {
        "alert": alert.id,
        "owner": alert.owner_id,
        "kind": alert.kind,
        "asset": alert.asset_id,
        "portfolio": alert.portfolio_id,
        "metric": alert.metric,
        "value": trimmed(value, 2),
        "threshold": trimmed(alert.threshold, 2),
        "fired_at": at.isoformat(),
    }
    subject = f"alerts/{alert.id}"
    outbox.add(session, Event.now("webhooks", "alert-fired", subject, alert.fired, data))
