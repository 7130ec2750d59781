"""Subscriptions."""

from datetime import datetime
from typing import TypedDict

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Identity,
    Integer,
    String,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.webhooks.models.base import Base


class OldSecret(TypedDict):
    """A secret that signs too until a time, as ISO 8601 writes it; encrypted."""

    secret: str
    until: str


class Webhook(Base):
    """A subscription: where a user wants to be told of what.

    Attributes:
        secret: encrypted; signs what is sent.
        old_secrets: the newest last; each signs too until its time, so that a rotation loses
            nothing.
        failures: attempts that failed in a row.
        failing_since: the first of them.
        paused_until: no attempt before; set while it fails again and again.
        revision: of what its owner wrote, compared by `If-Match`.
    """

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    owner_id: Mapped[int] = mapped_column(BigInteger, index=True)
    url: Mapped[str] = mapped_column(String(2048))
    description: Mapped[str] = mapped_column(String(255), server_default="")
    events: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_active: Mapped[bool] = mapped_column(Boolean, server_default="true")
    disabled_reason: Mapped[str | None] = mapped_column(String(255))
    secret: Mapped[str] = mapped_column(Text)
    old_secrets: Mapped[list[OldSecret]] = mapped_column(JSONB, server_default="[]")
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    failing_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    paused_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        CheckConstraint("cardinality(events) > 0", name="webhooks_want_something"),
        CheckConstraint(
            "NOT is_active OR disabled_reason IS NULL", name="webhooks_disabled_are_inactive"
        ),
        CheckConstraint(
            "(failures > 0) = (failing_since IS NOT NULL)", name="webhooks_failures_have_a_start"
        ),
    )
