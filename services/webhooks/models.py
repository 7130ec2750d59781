"""Tables of webhooks: subscriptions, deliveries, alert rules, and what we keep of others."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.webhooks.domain.names import CHANGE_KINDS, KINDS, OPERATORS, PRICE_KINDS, RISK
from shared.bus.inbox import InboxMixin
from shared.bus.outbox import OutboxMixin
from shared.http.idempotency import IdempotencyMixin

PENDING: Final = "PENDING"
DELIVERED: Final = "DELIVERED"
FAILED: Final = "FAILED"
STATUSES: Final = (PENDING, DELIVERED, FAILED)

# 12 digits before the point and 8 after it, as the contract accepts them; a total may have more.
THRESHOLD: Final = Numeric(20, 8)
VALUE: Final = Numeric(28, 8)


class Base(DeclarativeBase):
    """Webhooks' own metadata."""


class Webhook(Base):
    """A subscription: where a user wants to be told of what.

    Attributes:
        secret: encrypted; signs what is sent.
        previous_secret: signs too, until `previous_until`, so that a rotation loses nothing.
        failures: attempts that failed in a row.
        failing_since: the first of them.
        paused_until: no attempt before; set while it fails again and again.
        version: of what its owner wrote, compared by `If-Match`.
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
    previous_secret: Mapped[str | None] = mapped_column(Text)
    previous_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    failing_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    paused_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        CheckConstraint("cardinality(events) > 0", name="webhooks_want_something"),
        CheckConstraint(
            "NOT is_active OR disabled_reason IS NULL", name="webhooks_disabled_are_inactive"
        ),
        CheckConstraint(
            "(previous_secret IS NULL) = (previous_until IS NULL)",
            name="webhooks_previous_secret_ends",
        ),
        CheckConstraint(
            "(failures > 0) = (failing_since IS NOT NULL)", name="webhooks_failures_have_a_start"
        ),
    )


class Message(Base):
    """What is told, once for all who are told.

    Attributes:
        id: the `webhook-id`; the event's own id where it tells of one.
        type: "price.updated", …
        body: as it is signed and sent.
    """

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), index=True
    )


class Delivery(Base):
    """One message on its way to one webhook.

    Attributes:
        attempts: made so far.
        due_at: when the next attempt may begin; while one runs, when it counts as lost.
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
    claimed_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_attempt: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    response_status: Mapped[int | None] = mapped_column(Integer)
    latency_ms: Mapped[int | None] = mapped_column(Integer)
    error: Mapped[str | None] = mapped_column(String(255))
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


class Alert(Base):
    """A rule that a user made.

    Attributes:
        is_met: whether its condition held when it was looked at last; None before the first look.
        armed_at: the asset's version when the rule was made: older events say nothing to it.
        fired: how often, which is the sequence of the events on it.
        version: of what its owner wrote, compared by `If-Match`.
    """

    __tablename__ = "alerts"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    owner_id: Mapped[int] = mapped_column(BigInteger, index=True)
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(40))
    asset_id: Mapped[int | None] = mapped_column(BigInteger)
    portfolio_id: Mapped[int | None] = mapped_column(BigInteger)
    metric: Mapped[str | None] = mapped_column(String(40))
    operator: Mapped[str | None] = mapped_column(String(2))
    threshold: Mapped[Decimal] = mapped_column(THRESHOLD)
    window_days: Mapped[int | None] = mapped_column(Integer)
    cooldown_seconds: Mapped[int] = mapped_column(Integer, server_default="3600")
    is_active: Mapped[bool] = mapped_column(Boolean, server_default="true")
    is_met: Mapped[bool | None] = mapped_column(Boolean)
    armed_at: Mapped[int] = mapped_column(BigInteger, server_default="0")
    last_fired: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    fired: Mapped[int] = mapped_column(Integer, server_default="0")
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    modified: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        Index("alerts_asset_idx", "asset_id", postgresql_where=text("asset_id IS NOT NULL")),
        Index(
            "alerts_portfolio_idx",
            "portfolio_id",
            postgresql_where=text("portfolio_id IS NOT NULL"),
        ),
        CheckConstraint(f"kind IN {KINDS}", name="alerts_kind_known"),
        CheckConstraint(f"operator IN {OPERATORS}", name="alerts_operator_known"),
        CheckConstraint(
            f"(asset_id IS NOT NULL) = (kind IN {PRICE_KINDS})"
            " AND (asset_id IS NULL) = (portfolio_id IS NOT NULL)",
            name="alerts_watch_one_thing",
        ),
        CheckConstraint(
            f"(metric IS NOT NULL) = (kind = '{RISK}') AND (metric IS NULL) = (operator IS NULL)",
            name="alerts_risk_has_a_metric",
        ),
        CheckConstraint(
            f"(window_days IS NOT NULL) = (kind IN {CHANGE_KINDS}) AND window_days > 0",
            name="alerts_changes_have_a_window",
        ),
        CheckConstraint("cooldown_seconds >= 0", name="alerts_cooldown_not_negative"),
    )


class Firing(Base):
    """One time that a rule fired."""

    __tablename__ = "firings"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"))
    fired_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    value: Mapped[Decimal] = mapped_column(VALUE)
    threshold: Mapped[Decimal] = mapped_column(THRESHOLD)

    __table_args__ = (Index("firings_alert_idx", "alert_id", "id"),)


class Asset(Base):
    """What we keep of an asset: the price that was told last, as of one version."""

    __tablename__ = "assets"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(BigInteger)
    price: Mapped[Decimal | None] = mapped_column(VALUE)
    price_date: Mapped[date | None] = mapped_column(Date)


class PriceWindow(Base):
    """The last closes of an asset that has rules on its change, as of one version.

    Attributes:
        closes: see `domain.closes.Closes`.
    """

    __tablename__ = "price_windows"

    asset_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(BigInteger)
    closes: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Portfolio(Base):
    """What we keep of a portfolio: whose it is, and what it was worth.

    Attributes:
        value: the last one, rounded as it is printed.
        valued_at: the sequence of the event that said so.
        closes: the last value of each of the last market days.
        told_value: the one that subscribers know.
    """

    __tablename__ = "portfolios"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    owner_id: Mapped[int] = mapped_column(BigInteger, index=True)
    currency: Mapped[str] = mapped_column(String(3))
    value: Mapped[Decimal | None] = mapped_column(VALUE)
    valued_at: Mapped[int] = mapped_column(BigInteger, server_default="0")
    closes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    told_value: Mapped[Decimal | None] = mapped_column(VALUE)
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        Index(
            "portfolios_untold_idx",
            "told_at",
            postgresql_where=text("value IS DISTINCT FROM told_value"),
        ),
    )


class Holding(Base):
    """How much of an asset a portfolio holds.

    Attributes:
        position_id, version: of the event that said so; 0 where the ledger was asked.
    """

    __tablename__ = "holdings"

    portfolio_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    asset_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    owner_id: Mapped[int] = mapped_column(BigInteger, index=True)
    quantity: Mapped[Decimal] = mapped_column(VALUE)
    position_id: Mapped[int] = mapped_column(BigInteger, server_default="0")
    version: Mapped[int] = mapped_column(BigInteger, server_default="0")

    __table_args__ = (
        Index("holdings_held_idx", "asset_id", postgresql_where=text("quantity <> 0")),
    )


class OutboxMessage(OutboxMixin, Base):
    """Webhooks' events on their way to the bus."""


class InboxMessage(InboxMixin, Base):
    """Events that webhooks has applied."""


class IdempotencyKey(IdempotencyMixin, Base):
    """Answers given under an `Idempotency-Key`."""
