"""Holdings as short as a test can read them."""

import numpy as np

from services.analytics.domain.scenarios.catalogue import Episode
from services.analytics.domain.scenarios.holdings import Exposure, Holdings
from services.analytics.domain.series import EMPTY, Series
from tests.analytics.domain.build import day, usd

CRASH = Episode("crash", "A crash", day("2024-01-02"), day("2024-01-04"))


def exposure(
    symbol: str,
    value: float,
    *,
    beta: float = np.nan,
    sector: str | None = None,
    currency: str = "USD",
    levels: Series = EMPTY,
) -> Exposure:
    quotes = usd(levels, symbol)
    return Exposure(len(symbol), symbol, sector, currency, value, quotes, levels, levels, beta)


def holdings(*exposures: Exposure, cash: float = 0.0, currency: str = "USD") -> Holdings:
    return Holdings(day("2024-06-03"), currency, cash, exposures)
