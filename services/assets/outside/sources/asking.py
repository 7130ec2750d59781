"""Every question to a source goes through here, and is counted."""

import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from prometheus_client import Counter, Histogram

from services.assets.domain.feeds import (
    DataSourceError,
    Delivery,
    Match,
    Searchable,
    Source,
    SourceDown,
    Wanted,
)

T = TypeVar("T")

QUESTIONS: Final = Counter(
    "data_source_questions", "Questions to price sources", ["source", "outcome"]
)
SECONDS: Final = Histogram(
    "data_source_seconds",
    "Time that a price source takes",
    ["source"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)


def history(source: Source, wanted: Wanted, within: float) -> Delivery:
    """Return the daily prices of an asset: see `Source.history`."""
    return _counted(source.name, lambda: source.history(wanted, within))


def search(source: Searchable, text: str, within: float) -> Sequence[Match]:
    """Return what a source finds: see `Searchable.search`."""
    return _counted(source.name, lambda: source.search(text, within))


def _counted(name: str, ask: Callable[[], T]) -> T:
    began, outcome = time.perf_counter(), "failed"
    try:
        answer = ask()
        outcome = "answered"
    except SourceDown:
        outcome = "down"
        raise
    except DataSourceError:
        outcome = "refused"
        raise
    finally:
        QUESTIONS.labels(name, outcome).inc()
        SECONDS.labels(name).observe(time.perf_counter() - began)
    return answer
