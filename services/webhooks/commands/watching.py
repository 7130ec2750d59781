"""Watching: the database finds the alerts that a new number may turn, and their rules judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import TextClause, insert, text
from sqlalchemy.orm import Session

from services.webhooks.domain import names, rules
from services.webhooks.domain.rules import Rule, Standing
from services.webhooks.models import Firing
from shared.bus import outbox
from shared.events import Event
from shared.finance.money import round_to, trimmed

# Decimals of what a firing says, where it is a percentage.
_PLACES: Final = {names.PRICE_CHANGE: 2, names.VALUE_CHANGE: 4}
_STORED_PLACES: Final = 8

# Asked for every price there is, so it is written out: nothing has to be compiled for it. A rule on
# the number itself is a candidate only when the number has come to its threshold or passed it since
# the last look: it was over it then where a rule above was met, or one below was not. The columns
# are those of `Rule`, of `Standing`, and what else `_candidate` reads.
_ALERTS: Final = """
    SELECT kind, threshold, alerts.asset_id, portfolio_id, metric, operator, window_days,
        is_met, last_fired, cooldown_seconds,
        price_windows.bases[window_days], alerts.id, owner_id, fired,
        (SELECT currency FROM portfolios WHERE portfolios.id = portfolio_id)
    FROM alerts LEFT JOIN price_windows ON price_windows.asset_id = alerts.asset_id
    WHERE (alerts.asset_id = :asset OR portfolio_id = :portfolio OR alerts.id = :alert)
        AND is_active AND armed_sequence < :sequence
        AND (is_met IS NULL OR window_days IS NOT NULL OR CAST(:number AS numeric) IS NULL
            OR CASE WHEN is_met = (kind = ANY(:above))
                THEN threshold >= :number ELSE threshold <= :number END)
"""
_CANDIDATES: Final = text(_ALERTS)
_LOCKED: Final = text(
    f"{_ALERTS} AND alerts.id = ANY(:turning) ORDER BY alerts.id FOR UPDATE OF alerts"
)
_SETTLE: Final = text(
    "UPDATE alerts SET is_met = :is_met, last_fired = :last_fired, fired = :fired WHERE id = :id"
)
_HAS_RULES_ON_CHANGE: Final = text(
    """
    SELECT EXISTS (SELECT FROM alerts
        WHERE (asset_id = :asset OR portfolio_id = :portfolio) AND is_active
            AND armed_sequence < :sequence AND window_days IS NOT NULL)
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


class _News(NamedTuple):
    """What rules look at.

    Attributes:
        numbers: metric → figure; None → the price or the value itself.
        at: when it became so.
        bases: what changes are measured against, since one market day first; None: as we keep them.
    """

    numbers: Mapping[str | None, Decimal]
    at: datetime
    bases: Sequence[Decimal | None] | None = None


class _Candidate(NamedTuple):
    """An alert that may turn, with the number that it looks at and what a change is against."""

    rule: Rule
    standing: Standing
    number: Decimal | None
    base: Decimal | None
    id: int
    owner_id: int
    fired: int
    currency: str | None

    @property
    def is_met(self) -> bool | None:
        return rules.judge(self.rule, self.number, self.base)

    @property
    def turns(self) -> bool:
        return rules.turns(self.standing, self.is_met)


def has_rules_on_change(session: Session, scope: Rules) -> bool:
    """Return whether earlier closes matter to one of the rules."""
    search = {"asset": scope.asset, "portfolio": scope.portfolio, "sequence": scope.sequence}
    return bool(session.scalar(_HAS_RULES_ON_CHANGE, search))


def look_at_value(
    session: Session,
    scope: Rules,
    value: Decimal,
    at: datetime,
    bases: Sequence[Decimal | None] | None = None,
) -> None:
    """Look at rules on a price or a portfolio's value.

    Args:
        at: when it became so.
        bases: what changes are measured against; by default as we keep them of prices.
    """
    _look(session, scope, _News({None: value}, at, bases))


def look_at_metrics(
    session: Session, scope: Rules, metrics: Mapping[str, str | None], at: datetime
) -> None:
    """Look at rules on a portfolio's performance and risk figures."""
    numbers: dict[str | None, Decimal] = {
        name: Decimal(figure) for name, figure in metrics.items() if figure is not None
    }
    _look(session, scope, _News(numbers, at))


def _look(session: Session, scope: Rules, news: _News) -> None:
    """Turn the rules that the news turns; only those are locked and written."""
    search = {
        "asset": scope.asset,
        "portfolio": scope.portfolio,
        "alert": scope.alert,
        "sequence": scope.sequence,
        "number": news.numbers.get(None),
        "above": list(rules.ABOVE_KINDS),
    }
    candidates = _candidates(session, _CANDIDATES, search, news)
    turning = [candidate.id for candidate in candidates if candidate.turns]
    if not turning:
        return
    # Judged again under the lock: another transaction may have turned or changed them meanwhile.
    locked = _candidates(session, _LOCKED, {**search, "turning": turning}, news)
    turns = [_turn(session, alert, news.at) for alert in locked if alert.turns]
    if turns:
        session.execute(_SETTLE, turns)


def _candidates(
    session: Session, statement: TextClause, search: Mapping[str, Any], news: _News
) -> list[_Candidate]:
    return [_candidate(row, news) for row in session.execute(statement, search)]


def _candidate(row: Sequence[Any], news: _News) -> _Candidate:
    rule, standing = Rule._make(row[:7]), Standing._make(row[7:10])
    base, *more = row[10:]
    if news.bases is not None:
        base = _since(news.bases, rule.window_days)
    return _Candidate(rule, standing, news.numbers.get(rule.metric), base, *more)


def _since(bases: Sequence[Decimal | None], window_days: int | None) -> Decimal | None:
    return bases[window_days - 1] if window_days and window_days <= len(bases) else None


def _turn(session: Session, alert: _Candidate, at: datetime) -> dict[str, Any]:
    """Fire if the alert's rule does; return what is to be written of the alert."""
    last_fired, fired = alert.standing.last_fired, alert.fired
    value = rules.reading(alert.rule, alert.number, alert.base)
    if value is not None and rules.fires(alert.standing, alert.is_met, at):
        last_fired, fired = at, fired + 1
        _fire(session, alert, value, at)
    return {"id": alert.id, "is_met": alert.is_met, "last_fired": last_fired, "fired": fired}


def _fire(session: Session, alert: _Candidate, number: Decimal, at: datetime) -> None:
    rule = alert.rule
    value = round_to(number, _PLACES.get(rule.kind, _STORED_PLACES))
    places = rules.decimals(rule.kind, alert.currency)
    firing = {"alert_id": alert.id, "fired_at": at, "value": value, "threshold": rule.threshold}
    session.execute(insert(Firing).values(firing))
    data: dict[str, Any] = {
        "alert": alert.id,
        "owner": alert.owner_id,
        "kind": rule.kind,
        "asset": rule.asset,
        "portfolio": rule.portfolio,
        "metric": rule.metric,
        "value": trimmed(value, places),
        "threshold": trimmed(rule.threshold, places),
        "fired_at": at.isoformat(),
    }
    subject = f"alerts/{alert.id}"
    outbox.add(session, Event.now("webhooks", "alert-fired", subject, alert.fired + 1, data))
