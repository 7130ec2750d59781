"""Alert rules: made, changed, deleted."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from services.webhooks.commands import projections, watching
from services.webhooks.domain import names, rules
from services.webhooks.domain.rules import Rule
from services.webhooks.models import NOBODY, Alert, Portfolio
from services.webhooks.outside.owners import AssetSnapshot, EarlierValues, Owners, PortfolioSnapshot
from shared.errors import Conflict, NotFound, PreconditionFailed, ValidationFailed
from shared.replica import Replica

# What an owner writes besides the rule itself.
_OTHER_FIELDS: Final = frozenset({"name", "cooldown_seconds", "is_active"})


def create_alert(
    session: Session,
    owner_id: int,
    *,
    owners: Owners,
    portfolios: Replica[PortfolioSnapshot],
    name: str,
    cooldown_seconds: int,
    is_active: bool,
    **rule: Any,
) -> Alert:
    """Make a rule; it waits for the next crossing, even if its condition holds already.

    Args:
        owners: say what the rule's number is now.
        portfolios: have one adopted that is not here yet.
        rule: the fields of a `Rule`.

    Raises:
        ValidationFailed: the fields don't make a rule of its kind.
        NotFound: there is no such asset or portfolio, or it is somebody else's.
        Unavailable: its owner does not answer.
    """
    sound = _sound(Rule(**rule))
    subject = _subject(session, owner_id, sound, owners, portfolios)
    alert = Alert(
        owner_id=owner_id,
        name=name,
        cooldown_seconds=cooldown_seconds,
        is_active=is_active,
        rule=sound,
    )
    session.add(alert)
    _arm(session, alert, subject)
    return alert


def update_alert(
    session: Session,
    owner_id: int,
    alert_id: int,
    *,
    owners: Owners,
    portfolios: Replica[PortfolioSnapshot],
    changes: Mapping[str, Any],
    expected: frozenset[int] | None = None,
) -> None:
    """Change a rule; one that watches something else than before waits for its next crossing.

    Args:
        owners, portfolios: see `create_alert`.
        changes: writable fields.
        expected: revisions it may have now; None is any.

    Raises:
        NotFound, PreconditionFailed: see `_locked`.
        ValidationFailed, NotFound, Unavailable: see `create_alert`.
        Conflict: another request changed the rule at the same moment.
    """
    alert = _alert(session, owner_id, alert_id)
    revision, before = alert.revision, (alert.rule, alert.is_active)
    rule = _sound(alert.rule._replace(**_part(changes, Rule._fields)))
    watches_anew = (rule, changes.get("is_active", alert.is_active)) != before
    # Asked before the row is locked, so that no event waits for an answer.
    subject = _subject(session, owner_id, rule, owners, portfolios) if watches_anew else None
    alert = _locked(session, owner_id, alert_id, expected)
    if alert.revision != revision:
        raise Conflict("Another request changed the same rule; try again.")
    alert.rule = rule
    for field, value in _part(changes, _OTHER_FIELDS).items():
        setattr(alert, field, value)
    alert.revision += 1
    alert.modified = datetime.now(UTC)
    if subject is not None:
        _arm(session, alert, subject)


def delete_alert(
    session: Session, owner_id: int, alert_id: int, expected: frozenset[int] | None = None
) -> None:
    """Delete a rule with its firings.

    Raises:
        NotFound, PreconditionFailed: see `_locked`.
    """
    session.delete(_locked(session, owner_id, alert_id, expected))


def delete_alerts_of(session: Session, user_id: int) -> None:
    """Delete the rules of a user who is gone."""
    session.execute(delete(Alert).where(Alert.owner_id == user_id))


def delete_alerts_on(session: Session, portfolio_id: int) -> None:
    """Delete the rules on a portfolio that is gone."""
    session.execute(delete(Alert).where(Alert.portfolio_id == portfolio_id))


def _sound(rule: Rule) -> Rule:
    complete = rules.completed(rule)
    if faults := rules.faults(complete):
        raise ValidationFailed(faults)
    return complete


def _part(values: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    return {field: values[field] for field in fields if field in values}


def _subject(
    session: Session,
    owner_id: int,
    rule: Rule,
    owners: Owners,
    portfolios: Replica[PortfolioSnapshot],
) -> AssetSnapshot | EarlierValues:
    """Return the asset that a rule watches; of a portfolio what its change is measured against.

    Raises:
        NotFound: its owner does not know it, or it is somebody else's.
        Unavailable: its owner does not answer.
    """
    if rule.asset is not None:
        return _asset(owner_id, rule.asset, owners)
    if rule.portfolio is not None:
        portfolio = _portfolio(session, owner_id, rule.portfolio, portfolios)
        if rule.kind == names.VALUE_CHANGE and portfolio.day is not None:
            return owners.values_before(portfolio.id, portfolio.day)
    return []


def _asset(user_id: int, asset_id: int, owners: Owners) -> AssetSnapshot:
    try:
        snapshot = owners.asset(asset_id)
    except NotFound as error:
        raise NotFound.of("asset") from error
    if snapshot.card.owner_id not in (None, user_id):
        raise NotFound.of("asset")
    return snapshot


def _portfolio(
    session: Session, user_id: int, portfolio_id: int, portfolios: Replica[PortfolioSnapshot]
) -> Portfolio:
    portfolio = session.get(Portfolio, portfolio_id)
    if portfolio is None and portfolios.adopt([portfolio_id]):
        portfolio = session.get(Portfolio, portfolio_id)
    if portfolio is None or portfolio.owner_id != user_id:
        raise NotFound.of("portfolio")
    return portfolio


def _arm(session: Session, alert: Alert, subject: AssetSnapshot | EarlierValues) -> None:
    """Let a rule learn where it stands, without firing."""
    alert.is_met = None
    alert.armed_sequence = subject.sequence if isinstance(subject, AssetSnapshot) else 0
    session.flush()
    now = datetime.now(UTC)
    scope = watching.Rules(alert=alert.id, sequence=alert.armed_sequence + 1)
    if not isinstance(subject, AssetSnapshot):
        portfolio = _kept(session, alert.portfolio_id)
        watching.look_at_metrics(session, scope, portfolio.metrics, now)
        if portfolio.value is not None:
            watching.look_at_value(session, scope, portfolio.value, now, subject)
        return
    if alert.kind == names.PRICE_CHANGE:
        projections.put_window(session, subject)
    card = subject.card
    if card.current_price is not None and card.price_date is not None:
        bases = subject.closes.bases(card.price_date)
        watching.look_at_value(session, scope, card.current_price, now, bases)


def _kept(session: Session, portfolio_id: int | None) -> Portfolio:
    """Return a portfolio, locked: a deletion waits, and takes the rule along."""
    shared = {"read": True, "key_share": True}
    portfolio = session.get_one(
        Portfolio, portfolio_id, with_for_update=shared, populate_existing=True
    )
    if portfolio.owner_id == NOBODY:
        raise NotFound.of("portfolio")
    return portfolio


def _alert(session: Session, owner_id: int, alert_id: int) -> Alert:
    if (alert := session.scalar(_by_owner(owner_id, alert_id))) is None:
        raise NotFound.of("alert")
    return alert


def _locked(
    session: Session, owner_id: int, alert_id: int, expected: frozenset[int] | None
) -> Alert:
    """Return a user's own rule, locked.

    Raises:
        NotFound: there is none, or it is somebody else's.
        PreconditionFailed: its revision is not an expected one.
    """
    # populate_existing: what the session read before it had the lock may be old.
    statement = _by_owner(owner_id, alert_id).with_for_update()
    alert = session.scalar(statement.execution_options(populate_existing=True))
    if alert is None:
        raise NotFound.of("alert")
    if expected is not None and alert.revision not in expected:
        raise PreconditionFailed("The alert has changed since you read it.")
    return alert


def _by_owner(owner_id: int, alert_id: int) -> Select[Alert]:
    return select(Alert).where(Alert.id == alert_id, Alert.owner_id == owner_id)
