"""Whether events flow: what the connections of a worker say of the broker.

A worker stays alive without its broker, as writes are accepted and their events wait; so this is
told by itself, to Prometheus and to who asks the worker.
"""

import time
from typing import Final, Literal

from shared.bus import metrics

Direction = Literal["in", "out"]

# A broker that restarts is no stop: the alert on waiting events has the same patience.
PATIENCE: Final = 30.0  # seconds

_stopped: dict[tuple[str, Direction], float] = {}  # → since when, in monotonic seconds


def goes_on(service: str, direction: Direction) -> None:
    """Note that the broker takes ("out") or gives ("in") events of `service`."""
    _stopped.pop((service, direction), None)
    metrics.FLOWS.labels(service, direction).set(1)


def stops(service: str, direction: Direction) -> None:
    """Note that it does not."""
    _stopped.setdefault((service, direction), time.monotonic())
    metrics.FLOWS.labels(service, direction).set(0)


def rests(service: str, direction: Direction) -> None:
    """Note that it is another worker's turn: what the broker does is no longer seen from here."""
    _stopped.pop((service, direction), None)
    metrics.FLOWS.remove(service, direction)


def has_stopped() -> bool:
    """Return whether it has not for longer than `PATIENCE`, for any service of this process."""
    # Threads of this process note what they see meanwhile.
    return any(time.monotonic() - since > PATIENCE for since in list(_stopped.values()))
