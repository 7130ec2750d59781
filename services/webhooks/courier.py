"""The courier: takes due deliveries to their receivers, each in a thread of its own."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from prometheus_client import Counter
from sqlalchemy.exc import SQLAlchemyError

from services.webhooks.commands.delivering import Attempt, Claim, claim, record
from services.webhooks.domain.signatures import headers as signature_headers
from services.webhooks.network import Network, Undelivered
from services.webhooks.sealing import Seal
from shared.db import Database
from shared.faults import crash_point
from shared.observability import logger

log = logger(__name__)

_AT_ONCE: Final = 64  # attempts of one courier
_POLL: Final = 0.2  # seconds
_FINISH_WITHIN: Final = 1.5  # seconds that attempts under way have when the courier is stopped
_HEADERS: Final = {"Content-Type": "application/json", "User-Agent": "personal-finance-api/1.0"}
ATTEMPTS: Final = Counter("webhook_attempts", "Attempts to deliver", ["outcome"])


def now() -> datetime:
    """Return the time by the machine's clock."""
    return datetime.now(UTC)


class Courier:
    """Delivers until it is stopped; any number of couriers may work side by side.

    What it was doing when its process died is due again when the claim has run out.

    Args:
        clock: tells the time; tests have one that they can advance.
    """

    def __init__(
        self,
        database: Database,
        network: Network,
        seal: Seal,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._database = database
        self._network = network
        self._seal = seal
        self._clock = clock
        self._finished = threading.Event()  # an attempt has ended, so there is room for another

    def run(self, stop: threading.Event) -> None:
        """Claim and deliver until `stop`; a database that is away is waited for."""
        running: list[threading.Thread] = []
        while not stop.is_set():
            self._finished.clear()
            running = [thread for thread in running if thread.is_alive()]
            claims = self._claimed(_AT_ONCE - len(running))
            running += [self._started(claim) for claim in claims]
            if not claims:
                self._finished.wait(_POLL)
        patience = time.monotonic() + _FINISH_WITHIN
        for thread in running:
            thread.join(max(0.0, patience - time.monotonic()))

    def _claimed(self, most: int) -> Sequence[Claim]:
        if not most:
            return []
        try:
            return self._database.unit(lambda session: claim(session, self._clock(), most))
        except SQLAlchemyError as error:
            log.warning("courier_lost_database", error=type(error).__name__)
            return []

    def _started(self, claimed: Claim) -> threading.Thread:
        # A daemon: an attempt that hangs must not keep a stopped process alive.
        thread = threading.Thread(target=self._deliver, args=[claimed], daemon=True)
        thread.start()
        return thread

    def _deliver(self, claimed: Claim) -> None:
        try:
            attempt = self._attempt(claimed)
            ATTEMPTS.labels("delivered" if attempt.succeeded else "failed").inc()
            if attempt.succeeded:
                crash_point("after_http_200_before_mark")
            self._database.unit(lambda session: record(session, claimed, attempt, random.uniform))
        except Exception as error:
            # Nothing is lost: the claim runs out, and the delivery is due again.
            log.error("delivery_unrecorded", delivery=claimed.delivery_id, exc_info=error)
        finally:
            self._finished.set()

    def _attempt(self, claimed: Claim) -> Attempt:
        sealed = [claimed.secret, claimed.previous_secret]
        keys = [self._seal.open(secret) for secret in sealed if secret]
        body = claimed.body.encode()
        timestamp = int(self._clock().timestamp())
        headers = {**_HEADERS, **signature_headers(keys, claimed.message_id, timestamp, body)}
        status = retry_after = error = None
        began = time.monotonic()
        try:
            answer = self._network.post(claimed.url, body, headers)
            status, retry_after = answer.status, answer.retry_after
        except Undelivered as failure:
            error = str(failure)
        latency_ms = round((time.monotonic() - began) * 1000)
        return Attempt(self._clock(), latency_ms, status, error, retry_after)
