"""Daily prices in shares of after all splits."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from services.analytics.domain.packing import COLUMNS, History
from services.analytics.domain.risk import TRADING_DAYS
from services.analytics.domain.series import Days, Floats, Series, split_factors

CLOSE, _, HIGH, LOW, VOLUME = range(len(COLUMNS))

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """Close, high, low and volume by day, all of shape (days,); NaN where a day has none.

    ``periods`` are the days of a year on which it trades: 252, and 365 for crypto.
    """

    days: Days
    close: Floats
    high: Floats
    low: Floats
    volume: Floats
    periods: int = TRADING_DAYS

    @classmethod
    def of(cls, history: History, splits: Series, periods: int = TRADING_DAYS) -> "Bars":
        """Adjust prices as traded for ``splits`` (new/old): prices are divided, volumes grow."""
        later = np.prod(splits.values) / split_factors(splits, history.days)
        values = history.values
        return cls(
            history.days,
            values[:, CLOSE] / later,
            values[:, HIGH] / later,
            values[:, LOW] / later,
            values[:, VOLUME] * later,
            periods,
        )

    @property
    def typical(self) -> Floats:
        """The typical price, (high + low + close) / 3."""
        return (self.high + self.low + self.close) / 3.0

    def complete(self, *, extremes: bool, volume: bool) -> Mask:
        """Return which days have high and low, where ``extremes``, and a volume, where asked."""
        usable = ~np.isnan(self.close)
        if extremes:
            usable &= ~np.isnan(self.high) & ~np.isnan(self.low)
        return usable & ~np.isnan(self.volume) if volume else usable

    def only(self, chosen: Mask) -> "Bars":
        """Return the days of the mask ``chosen`` alone."""
        return replace(
            self,
            days=self.days[chosen],
            close=self.close[chosen],
            high=self.high[chosen],
            low=self.low[chosen],
            volume=self.volume[chosen],
        )
