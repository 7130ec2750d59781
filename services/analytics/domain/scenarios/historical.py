"""What a window of history would do to today's holdings."""

from enum import StrEnum

import numpy as np

from services.analytics.domain.codes import Code, warn
from services.analytics.domain.fx import Converted
from services.analytics.domain.scenarios.catalogue import Episode
from services.analytics.domain.scenarios.holdings import Exposure, Holdings
from services.analytics.domain.scenarios.outcome import (
    Scenario,
    Shock,
    Source,
    remarks,
    settle,
)
from services.analytics.domain.series import Series, are_stale


class Method(StrEnum):
    """REPLAY takes each holding's own return where it has one, BETA none of them.

    Beta alone is badly wrong in slow bear markets: it knows nothing of what fell apart and what
    was spared, so replay comes first.
    """

    REPLAY = "replay"
    BETA = "beta"


def historical(
    holdings: Holdings,
    window: Episode,
    benchmark: Series | Converted | None,
    method: Method = Method.REPLAY,
) -> Scenario:
    """Return what ``window`` would do to ``holdings``.

    Args:
        benchmark: its worth in the portfolio's currency; None or one without prices then leaves
            unmodelled what has no history of its own.
    """
    market = return_over(benchmark, window) if benchmark else None
    shocks = [_shock(exposure, window, market, method) for exposure in holdings.exposures]
    outcome = settle(holdings, shocks)
    warnings = remarks(outcome)
    if market is None:
        facts = {"start": window.start, "end": window.end}
        warnings.append(warn("benchmark_return", Code.BENCHMARK_MISSING, **facts))
    return Scenario(
        window.id, window.name, "historical", method, window, market, outcome, tuple(warnings)
    )


def return_over(worth: Series | Converted, window: Episode) -> float | None:
    """Return the return from the window's first to its last close, at the rates of those days.

    None where a close or a rate would have to come from more than five weekdays before.
    """
    days = np.array([window.start, window.end], dtype="datetime64[D]")
    values, dates = worth.as_of(days)
    if np.isnat(dates).any() or are_stale(dates, days).any():
        return None
    return float(values[1] / values[0] - 1.0) if values[0] > 0.0 else None


def _shock(exposure: Exposure, window: Episode, market: float | None, method: Method) -> Shock:
    replay = return_over(exposure.worth, window) if method is Method.REPLAY else None
    if replay is not None:
        return Shock(replay, Source.HISTORY)
    if market is None or np.isnan(exposure.beta):
        return Shock(None, Source.UNMODELLED)
    source = Source.BETA_PROXY if method is Method.REPLAY else Source.BETA
    return Shock(max(exposure.beta * market, -1.0), source)
