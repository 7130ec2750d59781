"""The courier: takes due deliveries to their receivers, each in a thread of its own."""

import random
import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue
from typing import Final

import psycopg
from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from services.webhooks.commands import delivering
from services.webhooks.commands.delivering import Attempt, Claim
from services.webhooks.domain import schedule
from services.webhooks.domain.signatures import headers as signature_headers
from services.webhooks.outside.network import Network, Undelivered
from services.webhooks.outside.sealing import Seal
from shared import observability
from shared.db import Database, Query
from shared.faults import crash_point
from shared.observability import logger
from shared.spans import Attributes, span

log = logger(__name__)

_AT_ONCE: Final = 64  # attempts of one courier
_POLL: Final = 0.2  # seconds, while there is something to do
_KEEP_EVERY: Final = 1.0  # seconds; a claim lasts five
_FINISH_WITHIN: Final = 1.5  # seconds that attempts under way have when the courier is stopped
_HEADERS: Final = {"Content-Type": "application/json", "User-Agent": "personal-finance-api/1.0"}
_ASK_EVERY: Final = 5.0  # seconds
_NOW: Final = Query(select(func.clock_timestamp().label("now")))
_OBSERVE_EVERY: Final = 5.0  # seconds
ATTEMPTS: Final = Counter("webhook_attempts", "Attempts to deliver", ["outcome"])
SECONDS: Final = Histogram(
    "webhook_attempt_seconds",
    "Time that a receiver takes",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15),
)
WAITING: Final = Gauge("webhook_deliveries_waiting", "Deliveries that are not done")
OLDEST_DUE: Final = Gauge(
    "webhook_oldest_due_age_seconds",
    "How long the delivery waits that should have been tried first",
)


class _Clock:
    """The database's, by which deliveries are due and claims of all couriers end."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked = float("-inf")  # by the monotonic clock
        self._answer = datetime.min.replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time; a step of the database's own clock is seen within seconds."""
        if time.monotonic() > self._asked + _ASK_EVERY:
            [row] = self._database.read(_NOW, {})
            self._asked, self._answer = time.monotonic(), row.now
        return self._answer + timedelta(seconds=time.monotonic() - self._asked)


class Courier:
    """Delivers until it is stopped; any number of couriers may work side by side.

    What it was doing when its process died is due again when the claim has run out.

    Args:
        clock: tells the time, the database's by default; tests have one that they can advance.
    """

    def __init__(
        self,
        database: Database,
        network: Network,
        seal: Seal,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._database = database
        self._network = network
        self._seal = seal
        self._clock = clock or _Clock(database)
        self._kept_at = self._observed_at = float("-inf")  # by the monotonic clock
        self._bell = database.bells[delivering.BELL]
        self._ended: SimpleQueue[tuple[Claim, Attempt]] = SimpleQueue()

    def run(self, stop: threading.Event) -> None:
        """Claim and deliver until `stop`; a database that is away is waited for."""
        running: dict[threading.Thread, Claim] = {}
        while not stop.is_set():
            running = {thread: claim for thread, claim in running.items() if thread.is_alive()}
            claims = self._turn(running.values(), _AT_ONCE - len(running))
            running |= {self._started(claim): claim for claim in claims}
            if not claims:
                self._bell.wait(_POLL, is_busy=bool(running))
        patience = time.monotonic() + _FINISH_WITHIN
        for thread in running:
            thread.join(max(0.0, patience - time.monotonic()))
        self._turn((), room=0)

    def _turn(self, running: Collection[Claim], room: int) -> Sequence[Claim]:
        """Write down what has ended, and return new claims, `room` of them at most.

        Those that are `running` are kept up.
        """
        ended = [self._ended.get_nowait() for _ in range(self._ended.qsize())]

        def work(session: Session) -> Sequence[Claim]:
            delivering.record(session, ended, random.uniform)
            return self._claim(session, running, room)

        try:
            self._observe()
            if not ended and not running and not self._is_any_due():
                return []
            return self._database.unit(work)
        except (SQLAlchemyError, psycopg.Error) as error:
            # Nothing is lost: claims run out, and the deliveries are due again.
            log.warning("courier_lost_database", error=type(error).__name__, unrecorded=len(ended))
            return []

    def _observe(self) -> None:
        """Tell Prometheus what waits."""
        if time.monotonic() < self._observed_at + _OBSERVE_EVERY:
            return
        self._observed_at = time.monotonic()
        [row] = self._database.read(delivering.WAITING, {"now": self._clock()})
        WAITING.set(row.count)
        OLDEST_DUE.set(row.age)

    def _is_any_due(self) -> bool:
        [row] = self._database.read(delivering.IS_ANY_DUE, {"now": self._clock()})
        return bool(row.is_any_due)

    def _claim(self, session: Session, running: Collection[Claim], room: int) -> Sequence[Claim]:
        now = self._clock()
        if running and time.monotonic() >= self._kept_at + _KEEP_EVERY:
            delivering.keep(session, running, now)
            self._kept_at = time.monotonic()
        return delivering.claim(session, now, room) if room else []

    def _started(self, claim: Claim) -> threading.Thread:
        # A daemon: an attempt that hangs must not keep a stopped process alive.
        thread = threading.Thread(target=self._deliver, args=[claim], daemon=True)
        thread.start()
        return thread

    def _deliver(self, claim: Claim) -> None:
        told: Attributes = {
            "messaging.message.id": str(claim.message_id),
            "webhook.id": claim.webhook_id,
        }
        request, trace = claim.request_id, claim.traceparent
        with span(f"deliver {claim.type}", "client", told, request=request, trace=trace):
            self._try(claim)

    def _try(self, claim: Claim) -> None:
        try:
            attempt = self._attempt(claim)
            log.info(
                "delivery_attempted",
                delivery=claim.delivery_id,
                webhook=claim.webhook_id,
                message=str(claim.message_id),
                status=attempt.status,
                milliseconds=attempt.latency_ms,
            )
            ATTEMPTS.labels("delivered" if attempt.succeeded else "failed").inc()
            SECONDS.observe(attempt.latency_ms / 1000)
            if attempt.succeeded:
                crash_point("after_http_200_before_mark")
            self._ended.put((claim, attempt))
        except Exception as error:
            # Nothing is lost: the claim runs out, and the delivery is due again.
            log.error("delivery_unrecorded", delivery=claim.delivery_id, exc_info=error)
        finally:
            # There is room for another.
            self._bell.ring()

    def _attempt(self, claim: Claim) -> Attempt:
        began_at = self._clock()
        secrets = [claim.secret]
        for old in claim.old_secrets:
            if datetime.fromisoformat(old["until"]) > began_at:
                secrets.append(old["secret"])
        keys = [self._seal.open(secret) for secret in secrets]
        body = claim.body.encode()
        timestamp = int(began_at.timestamp())
        signed = signature_headers(keys, claim.message_id, timestamp, body)
        headers = {**_HEADERS, **_ids(), **signed}
        status = not_before = error = None
        began = time.monotonic()
        try:
            answer = self._network.post(claim.url, body, headers)
            status = answer.status
            not_before = schedule.retry_time(answer.retry_after, self._clock())
        except Undelivered as failure:
            error = str(failure)
        except Exception as failure:
            # A mistake of ours counts as a failure: its owner sees it, and it ends some day.
            log.error("delivery_failed", delivery=claim.delivery_id, exc_info=failure)
            error = "The delivery failed."
        latency_ms = round((time.monotonic() - began) * 1000)
        return Attempt(self._clock(), latency_ms, status, error, not_before)


def _ids() -> dict[str, str]:
    """Return by which the receiver can name what this is told in the course of."""
    ids = {"X-Request-Id": observability.request_id(), "traceparent": observability.traceparent()}
    return {name: value for name, value in ids.items() if value}
