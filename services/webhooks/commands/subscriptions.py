"""Webhooks: made, changed, deleted, and their secrets."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.webhooks.domain import signatures
from services.webhooks.domain.targets import Refused
from services.webhooks.models import OldSecret, Webhook
from services.webhooks.outside.network import Network
from services.webhooks.outside.sealing import Seal
from shared.errors import Conflict, NotFound, PreconditionFailed, ValidationFailed

_WRITABLE: Final = frozenset({"url", "description", "events", "is_active"})
_OLD_SECRET_FOR: Final = timedelta(hours=24)
_OLD_SECRETS: Final = 5  # each is one more signature in a header
_DEACTIVATED: Final = "The account was deactivated."


def create_webhook(
    session: Session,
    owner_id: int,
    *,
    network: Network,
    seal: Seal,
    url: str,
    description: str,
    events: Sequence[str],
    is_active: bool,
) -> tuple[Webhook, str]:
    """Subscribe a user; return the webhook and its secret, which is shown this once.

    Raises:
        ValidationFailed: the URL may not be delivered to.
    """
    _require_allowed(network, url)
    secret = signatures.new_secret()
    webhook = Webhook(
        owner_id=owner_id,
        secret=seal.close(secret),
        url=url,
        description=description,
        events=events,
        is_active=is_active,
    )
    session.add(webhook)
    session.flush()
    return webhook, secret


def update_webhook(
    session: Session,
    owner_id: int,
    webhook_id: int,
    *,
    network: Network,
    changes: Mapping[str, Any],
    expected: frozenset[int] | None = None,
) -> None:
    """Change what a user wrote of a webhook; active again or elsewhere, it starts afresh.

    Args:
        changes: writable fields.
        expected: revisions it may have now; None is any.

    Raises:
        NotFound, PreconditionFailed: see `locked`.
        ValidationFailed: the URL may not be delivered to.
    """
    webhook = locked(session, owner_id, webhook_id, expected)
    before = (webhook.url, webhook.is_active)
    for name in _WRITABLE & changes.keys():
        setattr(webhook, name, changes[name])
    if webhook.url != before[0]:
        _require_allowed(network, webhook.url)
    if webhook.is_active and (webhook.url, webhook.is_active) != before:
        webhook.disabled_reason = None
        webhook.failures = 0
        webhook.failing_since = webhook.paused_until = None
    webhook.revision += 1


def delete_webhook(
    session: Session, owner_id: int, webhook_id: int, expected: frozenset[int] | None = None
) -> None:
    """Delete a webhook with its deliveries.

    Raises:
        NotFound, PreconditionFailed: see `locked`.
    """
    session.delete(locked(session, owner_id, webhook_id, expected))


def rotate_secret(session: Session, owner_id: int, webhook_id: int, *, seal: Seal) -> str:
    """Give a webhook a new secret and return it; the old one signs too for 24 hours.

    Raises:
        NotFound: see `locked`.
    """
    webhook = locked(session, owner_id, webhook_id)
    secret = signatures.new_secret()
    until = datetime.now(UTC) + _OLD_SECRET_FOR
    old = OldSecret(secret=webhook.secret, until=until.isoformat())
    webhook.old_secrets = [*webhook.old_secrets, old][-_OLD_SECRETS:]
    webhook.secret = seal.close(secret)
    webhook.revision += 1
    return secret


def seal_again(session: Session, seal: Seal) -> int:
    """Seal all secrets with the newest key, as an older one goes; return of how many webhooks."""
    webhooks = session.scalars(select(Webhook).order_by(Webhook.id).with_for_update()).all()
    for webhook in webhooks:
        webhook.secret = seal.again(webhook.secret)
        webhook.old_secrets = [
            {**old, "secret": seal.again(old["secret"])} for old in webhook.old_secrets
        ]
    return len(webhooks)


def disable_webhooks_of(session: Session, user_id: int) -> None:
    """Send nothing more to a user who may not read any more; what waits, waits."""
    session.execute(
        update(Webhook)
        .where(Webhook.owner_id == user_id, Webhook.is_active)
        .values(is_active=False, disabled_reason=_DEACTIVATED, revision=Webhook.revision + 1)
    )


def delete_webhooks_of(session: Session, user_id: int) -> None:
    """Delete the webhooks of a user who is gone."""
    session.execute(delete(Webhook).where(Webhook.owner_id == user_id))


def locked(
    session: Session, owner_id: int, webhook_id: int, expected: frozenset[int] | None = None
) -> Webhook:
    """Return a user's own webhook, locked.

    Raises:
        NotFound: there is none, or it is somebody else's.
        PreconditionFailed: its revision is not an expected one.
    """
    by_owner = select(Webhook).where(Webhook.id == webhook_id, Webhook.owner_id == owner_id)
    # key_share: the fan-out may go on referring to it meanwhile.
    webhook = session.scalar(by_owner.with_for_update(key_share=True))
    if webhook is None:
        raise NotFound.of("webhook")
    if expected is not None and webhook.revision not in expected:
        raise PreconditionFailed("The webhook has changed since you read it.")
    return webhook


def woken(session: Session, owner_id: int, webhook_id: int) -> Webhook:
    """Return a user's own active webhook, locked; what they ask for by hand ends its pause.

    Raises:
        NotFound: see `locked`.
        Conflict: it is not active.
    """
    webhook = locked(session, owner_id, webhook_id)
    if not webhook.is_active:
        raise Conflict("The webhook is not active; activate it first.")
    webhook.paused_until = None
    return webhook


def _require_allowed(network: Network, url: str) -> None:
    try:
        network.check(url)
    except Refused as error:
        raise ValidationFailed.of("url", str(error)) from error
