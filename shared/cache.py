"""What is computed from stored rows, kept in memory until those are others."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

from prometheus_client import Counter, Gauge

V = TypeVar("V")

LOOKUPS: Final = Counter(
    "cache_lookups", "Looks for what was computed before", ["cache", "outcome"]
)
FULL: Final = Gauge(
    "cache_full_ratio",
    "Part of a cache's room that is taken, in its fullest process",
    ["cache"],
    multiprocess_mode="livemax",
)


class BasisCache(Generic[V]):
    """Values by key, each with its basis, what it was computed from.

    The least used go when all together weigh too much.

    Args:
        name: in the metrics.
        capacity: what all values may weigh.
        weigh: the weight of one value.
    """

    def __init__(self, name: str, capacity: int, weigh: Callable[[V], int]) -> None:
        self._hits, self._misses = (LOOKUPS.labels(name, outcome) for outcome in ("hit", "miss"))
        self._full = FULL.labels(name)
        self._capacity = capacity
        self._weigh = weigh
        self._entries: OrderedDict[Hashable, tuple[Hashable, V]] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, basis: Hashable) -> V | None:
        """Return the value that was computed from exactly this, or None."""
        with self._lock:
            entry = self._entries.get(key)
            if is_hit := entry is not None and entry[0] == basis:
                self._entries.move_to_end(key)
        if entry is None or not is_hit:
            self._misses.inc()
            return None
        self._hits.inc()
        return entry[1]

    def put(self, key: Hashable, basis: Hashable, value: V) -> None:
        """Hold `value` instead of what was computed from anything else."""
        with self._lock:
            before = self._entries.pop(key, None)
            self._weight += self._weigh(value) - (self._weigh(before[1]) if before else 0)
            self._entries[key] = (basis, value)
            while self._weight > self._capacity and len(self._entries) > 1:
                _, (_, dropped) = self._entries.popitem(last=False)
                self._weight -= self._weigh(dropped)
            self._full.set(self._weight / max(self._capacity, 1))
