"""The transactional outbox: an event is written with what it tells of, and published afterwards."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CursorResult,
    DateTime,
    Identity,
    Index,
    Text,
    Uuid,
    column,
    delete,
    func,
    select,
    table,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column

from shared.bus import retention
from shared.bus.relay import Relay
from shared.db import copy_in, ring
from shared.events import Event

__all__ = [
    "BELL",
    "MAX_PAYLOAD",
    "OutboxMixin",
    "Relay",
    "add",
    "add_all",
    "forget_published",
    "purge",
]

BELL: Final = "outbox"
KEPT_FOR: Final = timedelta(days=7)
# NATS takes 1 MiB a message by default; a larger one would stand in the relay's way for ever.
MAX_PAYLOAD: Final = 900_000  # bytes

_OUTBOX: Final = table("outbox", column("id"), column("published_at"))
_COLUMNS: Final = ("event_id", "type", "subject", "payload")


class OutboxMixin:
    """The table of events on their way to the bus."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    type: Mapped[str] = mapped_column(Text)  # the topic: `Event.topic`
    # A process of the release before writes none; its rows are one subject.
    subject: Mapped[str] = mapped_column(Text, server_default="")
    payload: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Index]:  # noqa: N805 - SQLAlchemy passes the class
        """Keep what waits findable by subject, however much has been published."""
        waiting = text("published_at IS NULL")
        return (Index("outbox_unpublished", "subject", "id", postgresql_where=waiting),)


def add(session: Session, *events: Event) -> None:
    """Write `events` in the transaction of what they tell of.

    Raises:
        ValueError: an event is larger than a broker takes.
    """
    if events:
        add_all(session, events)


def add_all(session: Session, events: Iterable[Event]) -> None:
    """Write `events`, of which there is one at least; each may be made when it is its turn.

    Raises:
        ValueError: an event is larger than a broker takes.
    """
    copy_in(session, "outbox", _COLUMNS, map(_row, events))
    ring(session, BELL)


def _row(event: Event) -> Sequence[str]:
    payload = event.to_json()
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"The event {event.type} has {len(payload)} bytes; {MAX_PAYLOAD} at most")
    return event.id.hex, event.topic, event.subject, payload.decode()


def purge(session: Session) -> int:
    """Delete rows published more than seven days ago; return how many."""
    old = select(_OUTBOX.c.id).where(_OUTBOX.c.published_at < func.now() - KEPT_FOR)
    chunk = old.order_by(_OUTBOX.c.id).limit(retention.CHUNK)
    return retention.delete_in_chunks(session, delete(_OUTBOX).where(_OUTBOX.c.id.in_(chunk)))


def forget_published(session: Session) -> int:
    """Take every row for unpublished; return how many were not."""
    published = update(_OUTBOX).where(_OUTBOX.c.published_at.is_not(None))
    # Session.execute promises a Result; for an UPDATE it is a CursorResult.
    return cast(CursorResult[Any], session.execute(published.values(published_at=None))).rowcount
