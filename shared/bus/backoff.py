"""Waiting between attempts: longer each time, never in step with others."""

import random


class Backoff:
    """Seconds to wait before the next attempt: doubling with jitter, from `first` to `limit`."""

    def __init__(self, first: float = 0.2, limit: float = 5.0) -> None:
        self._first = first
        self._limit = limit
        self._ceiling = first

    def next(self) -> float:
        """Return the next wait in seconds, between half its ceiling and all of it."""
        ceiling, self._ceiling = self._ceiling, min(self._ceiling * 2, self._limit)
        return random.uniform(ceiling / 2, ceiling)  # noqa: S311 - jitter, not a secret

    def reset(self) -> None:
        """Begin again: an attempt succeeded."""
        self._ceiling = self._first
