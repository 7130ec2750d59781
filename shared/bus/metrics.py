"""What Prometheus learns about the bus.

Alert: oldest age over 30 s, no flow, any dead letter.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

UNPUBLISHED: Final = Gauge(
    "outbox_unpublished", "Outbox rows that wait for the broker", ["service"]
)
OLDEST_AGE: Final = Gauge(
    "outbox_oldest_age_seconds", "Age of the oldest outbox row that waits", ["service"]
)
PUBLISHED: Final = Counter("bus_published", "Events that the broker confirmed", ["service"])
FLOWS: Final = Gauge(
    "bus_flows",
    "1 while the broker takes (out) or gives (in) events, 0 while it does not",
    ["service", "direction"],
)
UNROUTABLE: Final = Counter(
    "bus_unroutable", "Attempts to publish an event that no queue takes", ["service", "type"]
)
CONSUMED: Final = Counter("bus_consumed", "Messages handled", ["service"])
BATCH: Final = Histogram(
    "bus_batch_messages",
    "Messages handled together, in one transaction",
    ["service"],
    buckets=(1, 2, 5, 10, 20, 50, 100),
)
LAG: Final = Histogram(
    "bus_lag_seconds",
    "Age of an event when it has been applied",
    ["service"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
)
DUPLICATES: Final = Counter(
    "bus_duplicates_dropped", "Events that the inbox already had", ["service"]
)
FAILURES: Final = Counter(
    "bus_handler_failures",
    "Attempts that failed: by the message, or for want of something unavailable",
    ["service", "type", "cause"],
)
DEAD_LETTERS: Final = Gauge("bus_dead_letters", "Messages given up", ["service"])
