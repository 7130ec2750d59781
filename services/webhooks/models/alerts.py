"""Alert rules and their firings."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.webhooks.domain.names import CHANGE_KINDS, KINDS, OPERATORS, PRICE_KINDS, RISK
from services.webhooks.domain.rules import Rule
from services.webhooks.models.base import THRESHOLD, VALUE, Base


class Alert(Base):
    """A rule that a user made.

    Attributes:
        is_met: whether its condition held when it was looked at last; None before the first look.
        armed_sequence: the asset's sequence when the rule was made: older events say nothing to it.
        fired: how often, which is the sequence of the events on it.
        revision: of what its owner wrote, compared by `If-Match`.
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
    armed_sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    last_fired: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    fired: Mapped[int] = mapped_column(Integer, server_default="0")
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
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

    @property
    def rule(self) -> Rule:
        """What it watches, and the condition that it waits for."""
        return Rule(
            kind=self.kind,
            threshold=self.threshold,
            asset=self.asset_id,
            portfolio=self.portfolio_id,
            metric=self.metric,
            operator=self.operator,
            window_days=self.window_days,
        )

    @rule.setter
    def rule(self, rule: Rule) -> None:
        self.kind = rule.kind
        self.threshold = rule.threshold
        self.asset_id = rule.asset
        self.portfolio_id = rule.portfolio
        self.metric = rule.metric
        self.operator = rule.operator
        self.window_days = rule.window_days


class Firing(Base):
    """One time that a rule fired."""

    __tablename__ = "firings"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"))
    fired_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    value: Mapped[Decimal] = mapped_column(VALUE)
    threshold: Mapped[Decimal] = mapped_column(THRESHOLD)

    __table_args__ = (Index("firings_alert_idx", "alert_id", "id"),)
