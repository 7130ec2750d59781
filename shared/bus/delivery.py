"""One delivery of one message: what becomes of it. The same for every broker."""

import enum
from typing import Final

from shared.bus import metrics
from shared.bus.interface import Handle, Message
from shared.errors import Unavailable
from shared.observability import logger

log = logger(__name__)

PREFETCH: Final = 100
MAX_FAILURES: Final = 5
# The broker counts the deliveries of crashed consumers too. They must not turn the hundred
# messages that were prefetched into dead letters, so its own limit is wider than ours: it is
# for the message that kills its consumer. (RabbitMQ 4 has this number by default.)
BROKER_LIMIT: Final = 20
_FIRST_PAUSE: Final = 0.1  # seconds
_LONGEST_HOLD: Final = 5.0  # seconds


class Verdict(enum.Enum):
    """What the broker is told."""

    DONE = "acknowledge"
    HOLD = "keep it and try again here: not its fault"
    REDELIVER = "give it back"
    BURY = "make it a dead letter"


def attempt(service: str, handle: Handle, message: Message, deliveries: int) -> Verdict:
    """Hand `message` to `handle` and judge.

    Args:
        deliveries: how often the broker has delivered it, this time included.
    """
    try:
        handle(message)
    except Unavailable as error:
        metrics.FAILURES.labels(service, message.type, "unavailable").inc()
        log.warning("message_held", id=message.id, type=message.type, error=str(error))
        return Verdict.HOLD
    except Exception as error:
        verdict = Verdict.REDELIVER if deliveries < MAX_FAILURES else Verdict.BURY
        metrics.FAILURES.labels(service, message.type, "error").inc()
        log.error(
            "message_failed",
            id=message.id,
            type=message.type,
            deliveries=deliveries,
            verdict=verdict.name,
            exc_info=error,
        )
        return verdict
    metrics.CONSUMED.labels(service).inc()
    return Verdict.DONE


def pause_before_redelivery(deliveries: int) -> float:
    """Return the seconds a failed message waits: 0.1 after the first delivery, then doubling."""
    return float(_FIRST_PAUSE * 2 ** (min(deliveries, MAX_FAILURES) - 1))


def pause_before_retry(retries: int) -> float:
    """Return the seconds a held message waits: from 0.2 doubling to 5."""
    return float(min(_FIRST_PAUSE * 2 ** min(retries + 1, 10), _LONGEST_HOLD))
