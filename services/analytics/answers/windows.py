"""What answers over a window share: its days, its benchmark, and the remarks on both."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.metrics import Day
from services.analytics.domain.performance import Request
from services.analytics.domain.series import Series
from services.analytics.market import Benchmark, Cards, Market, periods


def day(asked: date | None) -> Day | None:
    """Return a day of the calendar as one of the arithmetic."""
    return None if asked is None else np.datetime64(asked, "D")


def request(asked: Mapping[str, Any], assets: Cards) -> Request:
    """Return the window, the riskless rate and the periods a year that a request is about."""
    return Request(
        day(asked.get("start_date")),
        day(asked.get("end_date")),
        float(asked["risk_free_rate"]),
        periods(assets.values()),
    )


def levels(session: Session, market: Market, benchmark: Benchmark | None) -> Series | None:
    """Return the levels of a benchmark, if there is one."""
    return market.levels(session, benchmark) if benchmark else None


def benchmark_remarks(
    benchmark: Benchmark | None, known: Series | None, first: Day | None, last: Day | None
) -> list[Warning]:
    """Say where in the window no rate turns the benchmark into the currency.

    Args:
        known: the benchmark's levels.
        first, last: the effective window, None where there is none.
    """
    if benchmark is None or known is None or first is None or last is None:
        return []
    part = known.between(first, last)
    unknown = part.days[np.isnan(part.values)]
    if not len(unknown):
        return []
    pair = f"{benchmark.card.currency} to {benchmark.currency}"
    return [warn("benchmark", Code.RATE_MISSING, pair=pair, day=unknown[-1])]


def about(field: str, warnings: Iterable[Warning]) -> list[Warning]:
    """Return `warnings` as remarks on `field`, as which this answer has what they concern."""
    return [replace(warning, field=field) for warning in warnings]
