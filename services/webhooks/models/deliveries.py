"""Messages, and their way to each webhook."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.webhooks.models.base import Base

PENDING: Final = "PENDING"
DELIVERED: Final = "DELIVERED"
FAILED: Final = "FAILED"
STATUSES: Final = (PENDING, DELIVERED, FAILED)
ERROR_LENGTH: Final = 255


class Message(Base):
    """What is told, once for all who are told.

    Attributes:
        id: the `webhook-id`; the event's own id where it tells of one.
        type: "price.updated", …
        body: as it is signed and sent.
        request_id, traceparent: in whose course it is told.
    """

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(Text)
    traceparent: Mapped[str | None] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), index=True
    )


class Delivery(Base):
    """One message on its way to one webhook.

    Attributes:
        attempts: made so far.
        due_at: when the next attempt may begin; while one runs, when it counts as lost.
        claims: how often a courier took it, which tells an attempt from a later one.
        claimed_until: how long the attempt that runs is believed; None when none does.
        response_status, latency_ms, error: of the last attempt.
    """

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(10), server_default=PENDING)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    claims: Mapped[int] = mapped_column(Integer, server_default="0")
    claimed_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_attempt: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    response_status: Mapped[int | None] = mapped_column(Integer)
    latency_ms: Mapped[int | None] = mapped_column(Integer)
    error: Mapped[str | None] = mapped_column(String(ERROR_LENGTH))
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        UniqueConstraint("message_id", "webhook_id", name="deliveries_message_webhook_key"),
        Index("deliveries_log_idx", "webhook_id", "id"),
        Index(
            "deliveries_due_idx",
            "webhook_id",
            "due_at",
            postgresql_where=text(f"status = '{PENDING}'"),
        ),
        Index(
            "deliveries_claimed_idx",
            "webhook_id",
            "claimed_until",
            postgresql_where=text("claimed_until IS NOT NULL"),
        ),
        CheckConstraint(f"status IN {STATUSES}", name="deliveries_status_known"),
        CheckConstraint(
            f"claimed_until IS NULL OR status = '{PENDING}'", name="deliveries_claimed_are_pending"
        ),
    )
