"""A service with nothing but what the bus needs: an outbox, an inbox, and a table of effects."""

from uuid import UUID

from sqlalchemy import Uuid, func, insert, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shared.bus.inbox import InboxMixin
from shared.bus.outbox import OutboxMixin
from shared.db import Database
from shared.events import Event


class Base(DeclarativeBase):
    """The tables."""


class OutboxRow(OutboxMixin, Base):
    """Events to publish."""


class InboxRow(InboxMixin, Base):
    """Events applied."""


class Effect(Base):
    """What applying an event leaves behind: no key, so that twice shows as twice."""

    __tablename__ = "effects"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(Uuid)


_LEAVE = insert(Effect.__table__)  # type: ignore[arg-type]  # mypy takes it for any FromClause


def leave_effect(session: Session, event: Event) -> None:
    session.execute(_LEAVE, {"event_id": event.id})


def effects(database: Database) -> list[UUID]:
    """Return the ids of the events applied, in order."""
    with database.sessions() as session:
        return list(session.scalars(select(Effect.event_id).order_by(Effect.id)))


def unpublished(database: Database) -> int:
    with database.sessions() as session:
        waiting = select(func.count()).where(OutboxRow.published_at.is_(None))
        return session.scalar(waiting) or 0


def terminate_backends(database: Database) -> None:
    """End every other connection to this database, as an administrator would."""
    with database.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
