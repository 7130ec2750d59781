"""Alert rules: made, changed, deleted."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.webhooks.commands import projections, watching
from services.webhooks.domain import names, rules
from services.webhooks.models import NOBODY, Alert, Portfolio
from services.webhooks.outside.owners import AssetSnapshot, EarlierValues, Owners, PortfolioSnapshot
from shared.errors import Conflict, NotFound, PreconditionFailed, ValidationFailed
from shared.replica import Replica

# Field of the API → column, where they differ.
_COLUMNS: Final = {"asset": "asset_id", "portfolio": "portfolio_id"}
_WRITABLE: Final = rules.CONDITION | {"name", "cooldown_seconds"}


def create_alert(
    session: Session,
    owner_id: int,
    *,
    owners: Owners,
    portfolios: Replica[PortfolioSnapshot],
    **values: Any,
) -> Alert:
    """Make a rule; it waits for the next crossing, even if its condition holds already.

    Args:
        owners: say what the rule's number is now.
        portfolios: have one adopted that is not here yet.
        values: the writable fields.

    Raises:
        ValidationFailed: the fields don't make a rule of its kind.
        NotFound: there is no such asset or portfolio, or it is somebody else's.
        Unavailable: its owner does not answer.
    """
    rule = _sound(values)
    watched = _watched(session, owner_id, rule, owners, portfolios)
    alert = Alert(owner_id=owner_id)
    _write(alert, rule)
    session.add(alert)
    _arm(session, alert, watched)
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
    seen = _own(session, owner_id, alert_id)
    revision, before = seen.revision, _rule(seen)
    rule = _sound({**before, **changes})
    watches_anew = any(rule.get(field) != before[field] for field in rules.CONDITION)
    # Asked before the row is locked, so that no event waits for an answer.
    watched = _watched(session, owner_id, rule, owners, portfolios) if watches_anew else None
    alert = _locked(session, owner_id, alert_id, expected)
    if alert.revision != revision:
        raise Conflict("Another request changed the same rule; try again.")
    _write(alert, rule)
    alert.revision += 1
    alert.modified = datetime.now(UTC)
    if watched is not None:
        _arm(session, alert, watched)


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


def _sound(rule: Mapping[str, Any]) -> dict[str, Any]:
    complete = rules.completed(rule)
    if wrong := rules.faults(complete):
        raise ValidationFailed(wrong)
    return complete


def _rule(alert: Alert) -> dict[str, Any]:
    return {field: getattr(alert, _COLUMNS.get(field, field)) for field in _WRITABLE}


def _write(alert: Alert, rule: Mapping[str, Any]) -> None:
    for field in _WRITABLE & rule.keys():
        setattr(alert, _COLUMNS.get(field, field), rule[field])


def _watched(
    session: Session,
    owner_id: int,
    rule: Mapping[str, Any],
    owners: Owners,
    portfolios: Replica[PortfolioSnapshot],
) -> AssetSnapshot | EarlierValues:
    """Return the asset that a rule watches; of a portfolio what its change is measured against.

    Raises:
        NotFound: its owner does not know it, or it is somebody else's.
        Unavailable: its owner does not answer.
    """
    if rule["kind"] in names.PRICE_KINDS:
        return _asset(owner_id, rule["asset"], owners)
    portfolio = _portfolio(session, owner_id, rule["portfolio"], portfolios)
    if rule["kind"] != names.VALUE_CHANGE or portfolio.day is None:
        return []
    return owners.values_before(portfolio.id, portfolio.day)


def _asset(user_id: int, asset_id: int, owners: Owners) -> AssetSnapshot:
    try:
        snapshot = owners.asset(asset_id)
    except NotFound as error:
        raise NotFound.of("asset") from error
    if snapshot.owner_id not in (None, user_id):
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


def _arm(session: Session, alert: Alert, watched: AssetSnapshot | EarlierValues) -> None:
    """Let a rule learn where it stands, without firing."""
    alert.is_met = None
    alert.armed_sequence = watched.sequence if isinstance(watched, AssetSnapshot) else 0
    session.flush()
    only, now = watching.Rules(alert=alert.id, sequence=alert.armed_sequence + 1), datetime.now(UTC)
    if not isinstance(watched, AssetSnapshot):
        portfolio = _kept(session, alert.portfolio_id)
        watching.look_at_metrics(session, only, portfolio.metrics, now)
        if portfolio.value is not None:
            watching.look_at_value(session, only, portfolio.value, now, watched)
        return
    if alert.kind == names.PRICE_CHANGE:
        projections.put_window(session, watched)
    if watched.price is not None and watched.price_date is not None:
        bases = watched.closes.bases(watched.price_date)
        watching.look_at_value(session, only, watched.price, now, bases)


def _kept(session: Session, portfolio_id: int | None) -> Portfolio:
    """Return a portfolio, locked: a deletion waits, and takes the rule along."""
    shared = {"read": True, "key_share": True}
    portfolio = session.get_one(
        Portfolio, portfolio_id, with_for_update=shared, populate_existing=True
    )
    if portfolio.owner_id == NOBODY:
        raise NotFound.of("portfolio")
    return portfolio


def _own(session: Session, owner_id: int, alert_id: int) -> Alert:
    own = select(Alert).where(Alert.id == alert_id, Alert.owner_id == owner_id)
    if (alert := session.scalar(own)) is None:
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
    own = select(Alert).where(Alert.id == alert_id, Alert.owner_id == owner_id)
    # populate_existing: what the session read before it had the lock may be old.
    alert = session.scalar(own.with_for_update().execution_options(populate_existing=True))
    if alert is None:
        raise NotFound.of("alert")
    if expected is not None and alert.revision not in expected:
        raise PreconditionFailed("The alert has changed since you read it.")
    return alert
