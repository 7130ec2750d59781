"""Deliveries: claimed by one courier at a time, and what becomes of each attempt."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, exists, literal_column, select, text, update
from sqlalchemy.orm import Session

from services.webhooks.domain import schedule
from services.webhooks.models import (
    ERROR_LENGTH,
    FAILED,
    PENDING,
    Delivery,
    OldSecret,
    Webhook,
)
from shared.db import Query, execute

# Rings when a delivery may be due.
BELL: Final = "deliveries"
IN_FLIGHT: Final = 2  # attempts at once for one webhook, so that a slow one takes no more
# A courier keeps its claims up every second; after this it is dead, and the delivery due again.
LEASE: Final = timedelta(seconds=5)
_GONE: Final = 410
_GONE_REASON: Final = "The receiver answered 410 Gone."
_GIVEN_UP_REASON: Final = "Every delivery failed for five days."

# In a random order, so that each has the same chance, however much another one has waiting.
_READY: Final = Query(
    text(
        """
        SELECT id FROM webhooks
        WHERE is_active AND coalesce(paused_until, :now) <= :now
            AND EXISTS (SELECT FROM deliveries
                WHERE webhook_id = webhooks.id AND status = 'PENDING' AND due_at <= :now)
            AND :in_flight > (SELECT count(*) FROM deliveries
                WHERE webhook_id = webhooks.id AND claimed_until > :now)
        ORDER BY random()
        LIMIT :most
        FOR NO KEY UPDATE SKIP LOCKED
        """
    )
)
# Asked several times a second, and a fraction of a unit of work: most of the time nothing is due.
# The status is written out, or PostgreSQL would not know that the index of what waits has them all.
IS_ANY_DUE: Final = Query(
    select(
        exists()
        .where(
            Delivery.status == literal_column(f"'{PENDING}'"), Delivery.due_at <= bindparam("now")
        )
        .label("is_any_due")
    )
)
# One that runs, and those of a webhook that pauses or is off, are not late.
WAITING: Final = Query(
    text(
        """
        SELECT count(*) AS count, coalesce(extract(epoch FROM :now - min(due_at) FILTER (
            WHERE due_at <= :now AND claimed_until IS NULL AND is_active
                AND coalesce(paused_until, :now) <= :now)), 0)::float AS age
        FROM deliveries JOIN webhooks ON webhooks.id = webhook_id
        WHERE status = 'PENDING'
        """
    )
)
_CLAIM: Final = Query(
    text(
        """
        UPDATE deliveries SET claimed_until = :until, due_at = :until, claims = claims + 1
        FROM webhooks, messages
        WHERE webhooks.id = deliveries.webhook_id AND messages.id = deliveries.message_id
            AND deliveries.id IN (
                SELECT due.id
                FROM webhooks AS ready CROSS JOIN LATERAL (
                    SELECT id FROM deliveries
                    WHERE webhook_id = ready.id AND status = 'PENDING' AND due_at <= :now
                    ORDER BY due_at, id
                    LIMIT greatest(0,
                        CASE WHEN ready.failures >= :breaker THEN 1 ELSE :in_flight END
                        - (SELECT count(*) FROM deliveries
                           WHERE webhook_id = ready.id AND claimed_until > :now))
                ) AS due
                WHERE ready.id = ANY(:webhooks)
                LIMIT :most
            )
        RETURNING deliveries.id AS delivery_id, deliveries.claims,
            webhooks.id AS webhook_id, webhooks.url, webhooks.secret, webhooks.old_secrets,
            messages.id AS message_id, messages.type, messages.body, messages.request_id,
            messages.traceparent
        """
    )
)
# A claim that has run out may be somebody else's now, who writes down their own attempt.
_ARRIVED: Final = Query(
    text(
        """
        WITH forgiven AS (
            UPDATE webhooks SET failures = 0, failing_since = NULL, paused_until = NULL
            WHERE id = ANY(:webhooks) AND failures > 0
        )
        UPDATE deliveries
        SET status = 'DELIVERED', due_at = made.at, attempts = attempts + 1, claimed_until = NULL,
            last_attempt = made.at, response_status = made.status, latency_ms = made.milliseconds,
            error = NULL
        FROM unnest(CAST(:deliveries AS bigint[]), CAST(:claims AS integer[]),
                CAST(:ends AS timestamptz[]), CAST(:statuses AS integer[]),
                CAST(:milliseconds AS integer[])) AS made (id, claims, at, status, milliseconds)
        WHERE deliveries.id = made.id AND deliveries.claims = made.claims
        """
    )
)


@dataclass(frozen=True)
class Claim:
    """One attempt that a courier is to make.

    Attributes:
        claims: tells this claim from a later one.
        secret: encrypted.
        old_secrets: see `Webhook`.
    """

    delivery_id: int
    claims: int
    webhook_id: int
    url: str
    secret: str
    old_secrets: Sequence[OldSecret]
    message_id: UUID
    type: str
    body: str
    request_id: str | None
    traceparent: str | None


@dataclass(frozen=True)
class Attempt:
    """What an attempt came to.

    Attributes:
        at: its end.
        status: of the answer; None where there was none.
        error: for the webhook's owner.
        not_before: when the receiver asks to be tried again, not earlier.
    """

    at: datetime
    latency_ms: int
    status: int | None = None
    error: str | None = None
    not_before: datetime | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the receiver has it: 2xx alone says so."""
        return self.status is not None and 200 <= self.status < 300


def claim(session: Session, now: datetime, most: int) -> Sequence[Claim]:
    """Claim deliveries that are due, at most two in flight for one webhook.

    Args:
        most: how many at most.
    """
    # Two statements: the second sees what others had claimed before we held the locks.
    limits = {"now": now, "most": most, "in_flight": IN_FLIGHT}
    webhooks = [row.id for row in execute(session, _READY, limits)]
    if not webhooks:
        return []
    terms = {"until": now + LEASE, "webhooks": webhooks, "breaker": schedule.BREAKER}
    return [Claim(**row._asdict()) for row in execute(session, _CLAIM, {**limits, **terms})]


def keep(session: Session, claims: Iterable[Claim], now: datetime) -> None:
    """Keep up the claims of attempts that still run."""
    running = Delivery.id.in_([claim.delivery_id for claim in claims])
    until = now + LEASE
    session.execute(
        update(Delivery)
        .where(running, Delivery.claimed_until.is_not(None))
        .values(claimed_until=until, due_at=until)
    )


def record(
    session: Session,
    made: Sequence[tuple[Claim, Attempt]],
    spread: Callable[[float, float], float],
) -> None:
    """Write down what came of attempts, and when the next ones are due.

    Args:
        made: in the order in which they ended.
        spread: see `schedule.next_attempt`.
    """
    for succeeded, some in groupby(made, lambda one: one[1].succeeded):
        if succeeded:
            _close_arrived(session, list(some))
            continue
        for claim_, attempt in some:
            _close_failed(session, claim_, attempt, spread)


def _close_arrived(session: Session, made: Sequence[tuple[Claim, Attempt]]) -> None:
    claims, attempts = zip(*made, strict=True)
    row = {
        "webhooks": [claim.webhook_id for claim in claims],
        "deliveries": [claim.delivery_id for claim in claims],
        "claims": [claim.claims for claim in claims],
        "ends": [attempt.at for attempt in attempts],
        "statuses": [attempt.status for attempt in attempts],
        "milliseconds": [attempt.latency_ms for attempt in attempts],
    }
    execute(session, _ARRIVED, row)


def _close_failed(
    session: Session, claim: Claim, attempt: Attempt, spread: Callable[[float, float], float]
) -> None:
    goes_on = _blame(session, claim.webhook_id, attempt)
    due = schedule.next_attempt(_made(session, claim) + 1, attempt.at, spread, attempt.not_before)
    if goes_on and due:
        _close(session, claim, attempt, PENDING, due)
    else:
        _close(session, claim, attempt, FAILED, attempt.at)


def _made(session: Session, claim: Claim) -> int:
    """Return how often it was tried since its owner asked for it last, perhaps a moment ago."""
    made = select(Delivery.attempts).where(Delivery.id == claim.delivery_id).with_for_update()
    return session.scalar(made) or 0


def _close(session: Session, claim: Claim, attempt: Attempt, status: str, due: datetime) -> None:
    still_ours = (Delivery.id == claim.delivery_id) & (Delivery.claims == claim.claims)
    session.execute(
        update(Delivery)
        .where(still_ours)
        .values(
            status=status,
            due_at=due,
            attempts=Delivery.attempts + 1,
            claimed_until=None,
            last_attempt=attempt.at,
            response_status=attempt.status,
            latency_ms=attempt.latency_ms,
            error=attempt.error and attempt.error[:ERROR_LENGTH],
        )
    )


def _blame(session: Session, webhook_id: int, attempt: Attempt) -> bool:
    """Count a failure of the webhook; return whether this delivery is tried again."""
    webhook = session.get(Webhook, webhook_id, with_for_update={"key_share": True})
    if webhook is None:  # deleted meanwhile, with its deliveries
        return False
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or attempt.at
    pause = schedule.pause(webhook.failures)
    webhook.paused_until = attempt.at + pause if pause else None
    if attempt.status == _GONE:
        _disable(webhook, _GONE_REASON)
    elif attempt.at - webhook.failing_since >= schedule.GIVEN_UP_AFTER:
        _disable(webhook, _GIVEN_UP_REASON)
    return attempt.status != _GONE


def _disable(webhook: Webhook, reason: str) -> None:
    if webhook.is_active:
        webhook.is_active = False
        webhook.disabled_reason = reason
        webhook.revision += 1
