"""What is computed from stored rows, kept in memory until those are others."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class BasisCache(Generic[V]):
    """Values by key, each with its basis, what it was computed from.

    The least used go when all together weigh too much.

    Args:
        capacity: what all values may weigh.
        weigh: the weight of one value.
    """

    def __init__(self, capacity: int, weigh: Callable[[V], int]) -> None:
        self._capacity = capacity
        self._weigh = weigh
        self._entries: OrderedDict[Hashable, tuple[Hashable, V]] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, basis: Hashable) -> V | None:
        """Return the value that was computed from exactly this, or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or entry[0] != basis:
                return None
            self._entries.move_to_end(key)
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
