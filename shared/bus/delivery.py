"""Deliveries of messages: which are handled together, and what becomes of them. For every broker.

Batches are for the ordinary case, and nothing in them is ever at another's mercy: when a batch
fails, each of its messages is handled by itself, and what the broker delivers again, after a
failure or a crash, was suspect from the start and never is in a batch.
"""

import enum
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from shared.bus import metrics
from shared.bus.interface import Handle, Message
from shared.errors import Unavailable
from shared.faults import crash_point
from shared.observability import logger

log = logger(__name__)

Tag = TypeVar("Tag")

BATCH: Final = 100  # messages
PREFETCH: Final = 2 * BATCH  # a batch is at hand while another one is handled
# Seconds that the first of a batch waits for others that are just arriving.
LINGER: Final = 0.003
LOOK: Final = 1.0  # seconds between two looks at `stop` while nothing comes
COUNT_EVERY: Final = 15.0  # seconds between two counts of the dead letters
# Seconds that a batch should take: so long it holds its locks, and so old is its first message.
_AIM: Final = 0.1
# However long one takes: on a machine that has no time, most of a batch's is its transaction's, and
# batches of one would let the queue grow for as long as that lasts.
_LEAST: Final = 5
MAX_FAILURES: Final = 5
_FIRST_PAUSE: Final = 0.1  # seconds
_LONGEST_HOLD: Final = 5.0  # seconds


@dataclass(frozen=True)
class Delivery(Generic[Tag]):
    """One delivery of one message.

    Attributes:
        count: how often the broker has delivered it, this time included.
        tag: by what the broker is told of it.
        retries: how often it was held and tried again here.
        is_apart: its batch failed.
    """

    message: Message
    count: int
    tag: Tag
    retries: int = 0
    is_apart: bool = False

    @property
    def is_alone(self) -> bool:
        """Whether it is handled in no batch: what the broker delivers again never is."""
        return self.is_apart or self.count > 1


class Verdict(enum.Enum):
    """What becomes of a batch, which often is a single delivery."""

    DONE = "acknowledge"
    APART = "handle each by itself"
    # Only of a single one:
    HOLD = "keep it and try again here: not its fault"
    REDELIVER = "give it back"
    BURY = "make it a dead letter"


class Backlog(Generic[Tag]):
    """What has arrived and waits to be handled, in order. For one batch at a time."""

    def __init__(self, service: str, handle: Handle) -> None:
        self._service = service
        self._handle = handle
        self._waiting: deque[Delivery[Tag]] = deque()
        self._most = BATCH  # as many as take about `_AIM`

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_short(self) -> bool:
        """Whether the next batch would be larger if it waited a moment; something waits already."""
        return len(self) < self._most and not self._waiting[0].is_alone

    def add(self, delivery: Delivery[Tag]) -> None:
        """Put what has arrived, or was held, at the end."""
        self._waiting.append(delivery)

    def put_back_apart(self, batch: Sequence[Delivery[Tag]]) -> None:
        """Put a batch back to the front, each by itself."""
        self._waiting.extendleft(replace(one, is_apart=True) for one in reversed(batch))

    def take(self) -> Sequence[Delivery[Tag]]:
        """Take what is to be handled together: at least one, if any is there."""
        batch: list[Delivery[Tag]] = []
        while self._waiting and len(batch) < self._most:
            if self._waiting[0].is_alone and batch:
                break
            batch.append(self._waiting.popleft())
            if batch[-1].is_alone:
                break
        return batch

    def attempt(self, batch: Sequence[Delivery[Tag]]) -> Verdict:
        """Hand `batch` over and judge."""
        began = time.monotonic()
        verdict = self._judge(batch)
        pace = len(batch) / max(time.monotonic() - began, 1e-6)
        self._most = min(max(int(pace * _AIM), _LEAST), BATCH)
        return verdict

    def _judge(self, batch: Sequence[Delivery[Tag]]) -> Verdict:
        try:
            self._handle([delivery.message for delivery in batch])
        except Exception as error:
            if len(batch) > 1:
                log.warning("batch_taken_apart", size=len(batch), error=repr(error))
                crash_point("after_rollback_before_one_by_one")
                return Verdict.APART
            return self._blame(batch[0], error)
        metrics.CONSUMED.labels(self._service).inc(len(batch))
        metrics.BATCH.labels(self._service).observe(len(batch))
        return Verdict.DONE

    def _blame(self, delivery: Delivery[Tag], error: Exception) -> Verdict:
        message = delivery.message
        if isinstance(error, Unavailable):
            metrics.FAILURES.labels(self._service, message.type, "unavailable").inc()
            log.warning("message_held", id=message.id, type=message.type, error=str(error))
            return Verdict.HOLD
        verdict = Verdict.REDELIVER if delivery.count < MAX_FAILURES else Verdict.BURY
        metrics.FAILURES.labels(self._service, message.type, "error").inc()
        log.error(
            "message_failed",
            id=message.id,
            type=message.type,
            deliveries=delivery.count,
            verdict=verdict.name,
            exc_info=error,
        )
        return verdict


def pause_before_redelivery(deliveries: int) -> float:
    """Return the seconds a failed message waits: 0.1 after the first delivery, then doubling."""
    return float(_FIRST_PAUSE * 2 ** (min(deliveries, MAX_FAILURES) - 1))


def pause_before_retry(retries: int) -> float:
    """Return the seconds a held message waits: from 0.2 doubling to 5."""
    return float(min(_FIRST_PAUSE * 2 ** min(retries + 1, 10), _LONGEST_HOLD))
