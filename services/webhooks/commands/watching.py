"""Watching: which rules a new number crosses, found by the database among those it concerns."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import RowMapping, insert, text
from sqlalchemy.orm import Session

from services.webhooks.domain import names
from services.webhooks.domain.rules import decimals
from services.webhooks.models import Firing
from shared.bus import outbox
from shared.events import Event
from shared.finance.money import round_to, trimmed

# Decimals of what a firing says, where it is a percentage.
_PLACES: Final = {names.PRICE_CHANGE: 2, names.VALUE_CHANGE: 4}
_STORED_PLACES: Final = 8
_NO_METRIC: Final = ""  # not "value", which is a figure of risk too

# One statement, since it is made for every price there is. A rule that was never looked at learns
# where it stands; only then can it be crossed. Of a rule on a change a positive threshold is a
# move either way, a negative one a fall. Only rules that turn are locked and written.
_LOOK: Final = text(
    """
    WITH turned AS MATERIALIZED (
        SELECT alerts.id, seen.value, judged.is_met,
            judged.is_met AND NOT alerts.is_met AND (alerts.last_fired IS NULL OR
                :at - alerts.last_fired >= alerts.cooldown_seconds * interval '1 second') AS fires
        FROM alerts
            LEFT JOIN price_windows ON price_windows.asset_id = alerts.asset_id
            CROSS JOIN LATERAL (
                SELECT CAST(CAST(:numbers AS jsonb) ->> coalesce(alerts.metric, '') AS numeric)
                    AS number,
                    (coalesce(CAST(:bases AS numeric[]), price_windows.bases))
                        [alerts.window_days] AS base
            ) AS told
            CROSS JOIN LATERAL (
                SELECT CASE WHEN alerts.window_days IS NULL THEN told.number
                    ELSE (told.number - told.base) * 100 / nullif(abs(told.base), 0) END AS value
            ) AS seen
            CROSS JOIN LATERAL (
                SELECT CASE
                    WHEN alerts.kind LIKE '%ABOVE' OR alerts.operator = 'gt'
                        THEN seen.value > alerts.threshold
                    WHEN alerts.kind LIKE '%BELOW' OR alerts.operator = 'lt'
                        THEN seen.value < alerts.threshold
                    WHEN alerts.threshold < 0 THEN seen.value <= alerts.threshold
                    ELSE abs(seen.value) >= alerts.threshold END AS is_met
            ) AS judged
        WHERE (alerts.asset_id = :asset OR alerts.portfolio_id = :portfolio OR alerts.id = :alert)
            AND alerts.is_active AND alerts.armed_at < :sequence
            AND judged.is_met IS NOT NULL AND judged.is_met IS DISTINCT FROM alerts.is_met
        ORDER BY alerts.id
        FOR UPDATE OF alerts
    )
    UPDATE alerts SET
        is_met = turned.is_met,
        last_fired = CASE WHEN turned.fires THEN :at ELSE alerts.last_fired END,
        fired = alerts.fired + CASE WHEN turned.fires THEN 1 ELSE 0 END
    FROM turned
    WHERE alerts.id = turned.id
    RETURNING alerts.id, alerts.owner_id, alerts.kind, alerts.asset_id, alerts.portfolio_id,
        alerts.metric, alerts.threshold, alerts.fired, turned.value, turned.fires,
        (SELECT currency FROM portfolios WHERE portfolios.id = alerts.portfolio_id) AS currency
    """
)
_HAS_RULES_ON_CHANGE: Final = text(
    """
    SELECT EXISTS (SELECT FROM alerts
        WHERE (asset_id = :asset OR portfolio_id = :portfolio) AND is_active
            AND armed_at < :sequence AND window_days IS NOT NULL)
    """
)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rules on an asset or a portfolio, or a single one.

    Attributes:
        sequence: of what is told; rules that were armed by then look at it.
    """

    sequence: int
    asset: int | None = None
    portfolio: int | None = None
    alert: int | None = None


def has_rules_on_change(session: Session, rules: Rules) -> bool:
    """Return whether earlier closes matter to one of the rules."""
    asked = {"asset": rules.asset, "portfolio": rules.portfolio, "sequence": rules.sequence}
    return bool(session.scalar(_HAS_RULES_ON_CHANGE, asked))


def look_at_value(
    session: Session,
    rules: Rules,
    value: Decimal,
    at: datetime,
    bases: Sequence[Decimal | None] | None = None,
) -> None:
    """Look at rules on a price or a portfolio's value.

    Args:
        at: when it became so.
        bases: what changes are measured against; by default as we keep them of prices.
    """
    _look(session, rules, {_NO_METRIC: value}, at, bases)


def look_at_metrics(
    session: Session, rules: Rules, metrics: Mapping[str, str | None], at: datetime
) -> None:
    """Look at rules on a portfolio's performance and risk figures."""
    _look(session, rules, metrics, at)


def _look(
    session: Session,
    rules: Rules,
    numbers: Mapping[str, Decimal | str | None],
    at: datetime,
    bases: Sequence[Decimal | None] | None = None,
) -> None:
    told = {
        "asset": rules.asset,
        "portfolio": rules.portfolio,
        "alert": rules.alert,
        "sequence": rules.sequence,
        "numbers": json.dumps(numbers, default=str),
        "bases": bases and list(bases),
        "at": at,
    }
    turned = session.execute(_LOOK, told).mappings().all()
    # UPDATE returns in no order; firings and their events have one.
    for rule in sorted(turned, key=lambda row: row["id"]):
        if rule["fires"]:
            _fire(session, rule, at)


def _fire(session: Session, rule: RowMapping, at: datetime) -> None:
    value = round_to(rule["value"], _PLACES.get(rule["kind"], _STORED_PLACES))
    threshold, places = rule["threshold"], decimals(rule["kind"], rule["currency"])
    firing = {"alert_id": rule["id"], "fired_at": at, "value": value, "threshold": threshold}
    session.execute(insert(Firing).values(firing))
    data: dict[str, Any] = {
        "alert": rule["id"],
        "owner": rule["owner_id"],
        "kind": rule["kind"],
        "asset": rule["asset_id"],
        "portfolio": rule["portfolio_id"],
        "metric": rule["metric"],
        "value": trimmed(value, places),
        "threshold": trimmed(threshold, places),
        "fired_at": at.isoformat(),
    }
    subject = f"alerts/{rule['id']}"
    outbox.add(session, Event.now("webhooks", "alert-fired", subject, rule["fired"], data))
