"""What answers over a window share: its days, its benchmark, and the remarks on both."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from sqlalchemy.orm import Session

from services.analytics.answers.memory.market import Benchmark, Market
from services.analytics.answers.questions import MetricsQuestion
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.fx import Converted
from services.analytics.domain.metrics import Day
from services.analytics.domain.series import Series
from services.analytics.domain.track import Request


def request(question: MetricsQuestion) -> Request:
    """Return the window and the riskless rate that a question is about."""
    return Request(question.start, question.end, float(question.risk_free_rate))


def levels(session: Session, market: Market, benchmark: Benchmark | None) -> Series | None:
    """Return the levels of a benchmark, if there is one."""
    return market.levels(session, benchmark) if benchmark else None


def worth(session: Session, market: Market, benchmark: Benchmark | None) -> Converted | None:
    """Return the closes of a benchmark with what turns them into the currency, if there is one."""
    return market.worth(session, benchmark) if benchmark else None


def benchmark_remarks(
    benchmark: Benchmark | None, worth: Converted | None, first: Day | None, last: Day | None
) -> list[Warning]:
    """Say where in the window no rate turns the benchmark into the currency.

    Args:
        worth: the benchmark's.
        first, last: the effective window, None where there is none.
    """
    if benchmark is None or worth is None or first is None or last is None:
        return []
    part = worth.on_own_days().between(first, last)
    unknown = part.days[np.isnan(part.values)]
    if not len(unknown):
        return []
    pair = f"{benchmark.asset.currency} to {benchmark.currency}"
    return [warn("benchmark", Code.RATE_MISSING, pair=pair, day=unknown[-1])]


def about(field: str, warnings: Iterable[Warning]) -> list[Warning]:
    """Return `warnings` as remarks on `field`, as which this answer has what they concern."""
    return [replace(warning, field=field) for warning in warnings]
