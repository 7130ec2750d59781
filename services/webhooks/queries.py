"""Reads of webhooks: SQL straight to what the schemas dump."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, case, or_, select
from sqlalchemy.orm import Session

from services.webhooks.models import PENDING, Alert, Delivery, Firing, Message, Portfolio, Webhook
from shared.errors import NotFound
from shared.http import AnySelect, Listing

WEBHOOK: Final = (
    Webhook.id,
    Webhook.url,
    Webhook.description,
    Webhook.events,
    Webhook.is_active,
    Webhook.created,
    Webhook.disabled_reason,
    Webhook.revision,
)
DELIVERY: Final = (
    Delivery.id,
    Delivery.webhook_id.label("webhook"),
    Delivery.message_id,
    Message.type.label("event"),
    Delivery.status,
    Delivery.attempts,
    Delivery.response_status,
    Delivery.latency_ms,
    Delivery.error,
    Delivery.last_attempt,
    case((Delivery.status == PENDING, Delivery.due_at)).label("next_attempt"),
    Delivery.created,
)
# Of the portfolio that a rule watches: its money is printed accordingly.
_CURRENCY: Final = (
    select(Portfolio.currency)
    .where(Portfolio.id == Alert.portfolio_id)
    .scalar_subquery()
    .label("currency")
)
ALERT: Final = (
    Alert.id,
    Alert.name,
    Alert.kind,
    Alert.asset_id.label("asset"),
    Alert.portfolio_id.label("portfolio"),
    Alert.metric,
    Alert.operator,
    Alert.threshold,
    Alert.window_days,
    Alert.cooldown_seconds,
    Alert.is_active,
    Alert.last_fired,
    Alert.created,
    Alert.modified,
    Alert.revision,
    _CURRENCY,
)
WEBHOOK_ORDERINGS: Final = {"id": Webhook.id, "url": Webhook.url}
ALERT_ORDERINGS: Final = {
    "id": Alert.id,
    "name": Alert.name,
    "kind": Alert.kind,
    "last_fired": Alert.last_fired,
}


def webhook(session: Session, owner_id: int, webhook_id: int) -> RowMapping:
    """Return one webhook of a user.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return _one(session, _webhooks(owner_id).where(Webhook.id == webhook_id), "webhook")


def webhooks(
    owner_id: int,
    *,
    ordering: tuple[str, bool],
    search: str | None = None,
    is_active: bool | None = None,
) -> Listing:
    """Return the webhooks of a user.

    Args:
        ordering: one of `WEBHOOK_ORDERINGS`, and whether it descends.
    """
    statement = _webhooks(owner_id)
    if is_active is not None:
        statement = statement.where(Webhook.is_active == is_active)
    if search:
        texts = (Webhook.url, Webhook.description)
        statement = statement.where(
            or_(*(text.icontains(search, autoescape=True) for text in texts))
        )
    return Listing(_ordered(statement, WEBHOOK_ORDERINGS, ordering, Webhook.id))


def delivery(session: Session, owner_id: int, delivery_id: int) -> RowMapping:
    """Return one delivery to a user.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return _one(session, _deliveries(owner_id).where(Delivery.id == delivery_id), "delivery")


def deliveries(
    session: Session,
    owner_id: int,
    webhook_id: int,
    *,
    status: str | None = None,
    event: str | None = None,
) -> Listing:
    """Return the log of one webhook, newest first.

    Raises:
        NotFound: there is no such webhook, or it is somebody else's.
    """
    webhook(session, owner_id, webhook_id)
    statement = _deliveries(owner_id).where(Delivery.webhook_id == webhook_id)
    if status is not None:
        statement = statement.where(Delivery.status == status)
    if event is not None:
        statement = statement.where(Message.type == event)
    return Listing(statement.order_by(Delivery.id.desc()))


def watched_assets(session: Session, user: int, ids: Sequence[int]) -> Sequence[int]:
    """Return those of the assets that rules of a user are on."""
    rules = select(Alert.asset_id).where(Alert.owner_id == user, Alert.asset_id.in_(ids))
    return [asset_id for asset_id in session.scalars(rules.distinct()) if asset_id]


def alert(session: Session, owner_id: int, alert_id: int) -> RowMapping:
    """Return one rule of a user.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return _one(session, _alerts(owner_id).where(Alert.id == alert_id), "alert")


def alerts(
    owner_id: int, *, ordering: tuple[str, bool], search: str | None = None, **filters: Any
) -> Listing:
    """Return the rules of a user.

    Args:
        ordering: one of `ALERT_ORDERINGS`, and whether it descends.
        filters: column → value that it must have.
    """
    statement = _alerts(owner_id)
    statement = statement.where(*(getattr(Alert, name) == value for name, value in filters.items()))
    if search:
        statement = statement.where(Alert.name.icontains(search, autoescape=True))
    return Listing(_ordered(statement, ALERT_ORDERINGS, ordering, Alert.id))


def firings(session: Session, owner_id: int, alert_id: int) -> Listing:
    """Return when a rule fired, newest first.

    Raises:
        NotFound: there is no such rule, or it is somebody else's.
    """
    alert(session, owner_id, alert_id)
    columns = (Firing.id, Firing.alert_id.label("alert"), Firing.fired_at, Firing.value)
    of_alert = (
        select(*columns, Firing.threshold, Alert.kind, _CURRENCY)
        .join(Alert, Alert.id == Firing.alert_id)
        .where(Firing.alert_id == alert_id)
    )
    return Listing(of_alert.order_by(Firing.id.desc()))


def _webhooks(owner_id: int) -> AnySelect:
    return select(*WEBHOOK).where(Webhook.owner_id == owner_id)


def _deliveries(owner_id: int) -> AnySelect:
    return (
        select(*DELIVERY)
        .join(Message, Message.id == Delivery.message_id)
        .join(Webhook, Webhook.id == Delivery.webhook_id)
        .where(Webhook.owner_id == owner_id)
    )


def _alerts(owner_id: int) -> AnySelect:
    return select(*ALERT).where(Alert.owner_id == owner_id)


def _one(session: Session, statement: AnySelect, noun: str) -> RowMapping:
    row = session.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound.of(noun)
    return row


def _ordered(
    statement: AnySelect, orderings: dict[str, Any], ordering: tuple[str, bool], id_: Any
) -> AnySelect:
    name, descending = ordering
    column = orderings[name]
    direction = column.desc() if descending else column.asc()
    return statement.order_by(direction.nulls_last(), id_)
