"""Messages: told once to everybody who may know, and told again when asked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import uuid_utils
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Text,
    any_,
    bindparam,
    case,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from services.webhooks.commands import delivering, subscriptions
from services.webhooks.domain import names
from services.webhooks.models import DELIVERED, PENDING, Delivery, Message, Webhook
from shared import observability
from shared.bus import retention
from shared.db import Query, execute, ring
from shared.errors import NotFound
from shared.events import Event

_KEPT_FOR: Final = timedelta(days=30)
# Asked for every price and every transaction there is, so they are built once.
_INTERESTED: Final = Query(
    text(
        """
        SELECT id FROM webhooks
        WHERE is_active AND events && CAST(:events AS text[]) AND owner_id IN (
            SELECT owner_id FROM holdings WHERE asset_id = :asset AND quantity <> 0
            UNION ALL SELECT owner_id FROM alerts WHERE asset_id = :asset AND is_active)
        """
    )
)
_WANTING: Final = Query(
    select(Webhook.id, Webhook.owner_id, Webhook.events).where(
        Webhook.owner_id == any_(bindparam("owners", type_=ARRAY(BigInteger))),
        Webhook.is_active,
        Webhook.events.overlap(bindparam("events", type_=ARRAY(Text))),
    )
)
# One exchange, whatever is told to whomever.
_TELL: Final = Query(
    text(
        """
        WITH told AS (
            INSERT INTO messages (id, type, body, request_id, traceparent)
            SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:types AS text[]),
                CAST(:bodies AS text[]), CAST(:request_ids AS text[]),
                CAST(:traceparents AS text[]))
        )
        INSERT INTO deliveries (webhook_id, message_id)
        SELECT * FROM unnest(CAST(:webhooks AS bigint[]), CAST(:messages AS uuid[]))
        RETURNING id
        """
    )
)


@dataclass(frozen=True)
class Notice:
    """What webhooks are told.

    Attributes:
        id: the event's, where it tells of one.
        type: one of `names.EVENTS`.
        data: what they are told.
        at: when it happened.
        request_id, traceparent: of what caused it.
    """

    id: UUID
    type: str
    data: Mapping[str, Any]
    at: datetime
    request_id: str | None = field(default_factory=observability.request_id)
    traceparent: str | None = field(default_factory=observability.traceparent)

    @classmethod
    def of(cls, event: Event, type_: str, data: Mapping[str, Any]) -> "Notice":
        """Return what is told of an event."""
        return cls(event.id, type_, data, event.time, event.request_id, event.traceparent)

    def body(self) -> str:
        """Return it as it is signed and sent."""
        moment = self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        content = {"type": self.type, "timestamp": moment, "data": self.data}
        return json.dumps(content, ensure_ascii=False)


def tell_owner(
    session: Session, owner_id: int, type_: str, data: Mapping[str, Any], *, at: datetime
) -> None:
    """Tell a user's webhooks that want to know, of what is no event.

    Args:
        type_, data, at: see `Notice`.
    """
    tell_owners(session, [(owner_id, Notice(_new_id(), type_, data, at))])


def tell_owners(session: Session, notices: Sequence[tuple[int, Notice]]) -> None:
    """Tell users' webhooks that want to know; each notice has its user before it."""
    owners = {owner_id for owner_id, _ in notices}
    types = {notice.type for _, notice in notices}
    search = {"owners": list(owners), "events": [*types, names.EVERYTHING]}
    wanting = execute(session, _WANTING, search).fetchall()
    told = [
        (row.id, notice)
        for owner_id, notice in notices
        for row in wanting
        if row.owner_id == owner_id and not {notice.type, names.EVERYTHING}.isdisjoint(row.events)
    ]
    _tell(session, told)


def tell_interested(
    session: Session, asset_id: int, data: Mapping[str, Any], *, at: datetime, message_id: UUID
) -> None:
    """Tell of a price the webhooks of those who hold the asset or have a rule on it."""
    search = {"asset": asset_id, "events": [names.PRICE_UPDATED, names.EVERYTHING]}
    interested = execute(session, _INTERESTED, search)
    notice = Notice(message_id, names.PRICE_UPDATED, data, at)
    _tell(session, [(row.id, notice) for row in interested])


def send_test(session: Session, owner_id: int, webhook_id: int) -> int:
    """Send a test to a webhook, whatever it subscribes to; return the delivery's id.

    Raises:
        NotFound, Conflict: see `subscriptions.woken`.
    """
    webhook = subscriptions.woken(session, owner_id, webhook_id)
    data = {"webhook": webhook.id, "description": webhook.description}
    notice = Notice(_new_id(), names.TEST, data, datetime.now(UTC))
    return _tell(session, [(webhook.id, notice)])[0]


def redeliver(session: Session, owner_id: int, delivery_id: int) -> None:
    """Deliver again, at once and with all attempts before it.

    Raises:
        NotFound: there is none, or it is somebody else's.
        Conflict: its webhook is not active.
    """
    webhooks = select(Webhook.id).join(Delivery, Delivery.webhook_id == Webhook.id)
    by_owner = webhooks.where(Delivery.id == delivery_id, Webhook.owner_id == owner_id)
    webhook_id = session.scalar(by_owner)
    if webhook_id is None:
        raise NotFound.of("delivery")
    subscriptions.woken(session, owner_id, webhook_id)
    _again(session, Delivery.id == delivery_id)


def redeliver_since(
    session: Session, owner_id: int, webhook_id: int, since: datetime, *, include_delivered: bool
) -> int:
    """Deliver again what was told from `since` on; return how many deliveries.

    Args:
        include_delivered: also those that arrived, not only those that failed.

    Raises:
        NotFound, Conflict: see `subscriptions.woken`.
    """
    webhook = subscriptions.woken(session, owner_id, webhook_id)
    which = (Delivery.webhook_id == webhook.id) & (Delivery.created >= since)
    if not include_delivered:
        which &= Delivery.status != DELIVERED
    return _again(session, which)


def purge(session: Session) -> int:
    """Delete messages older than 30 days with their deliveries; return how many."""
    old = select(Message.id).where(Message.created < func.now() - _KEPT_FOR)
    chunk = old.order_by(Message.created).limit(retention.CHUNK)
    return retention.delete_in_chunks(session, delete(Message).where(Message.id.in_(chunk)))


def _tell(session: Session, told: Sequence[tuple[int, Notice]]) -> list[int]:
    """Write each notice down once, and a delivery for each webhook before it; return their ids."""
    if not told:
        return []
    notices = {notice.id: notice for _, notice in told}.values()
    written = {
        "ids": [notice.id for notice in notices],
        "types": [notice.type for notice in notices],
        "bodies": [notice.body() for notice in notices],
        "request_ids": [notice.request_id for notice in notices],
        "traceparents": [notice.traceparent for notice in notices],
        "webhooks": [webhook_id for webhook_id, _ in told],
        "messages": [notice.id for _, notice in told],
    }
    ring(session, delivering.BELL)
    return [row.id for row in execute(session, _TELL, written)]


def _again(session: Session, which: ColumnElement[bool]) -> int:
    # One that is under way at this moment keeps its place: two of it at once help nobody.
    is_running = Delivery.claimed_until > func.now()
    due_at = case((is_running, Delivery.due_at), else_=func.now())
    restart = update(Delivery).where(which).values(status=PENDING, attempts=0, due_at=due_at)
    ring(session, delivering.BELL)
    return len(session.scalars(restart.returning(Delivery.id)).all())


def _new_id() -> UUID:
    return UUID(bytes=uuid_utils.uuid7().bytes)
