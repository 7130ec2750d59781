"""Exchange rates: direct, inverse, and crossed through EUR or USD."""

from collections.abc import Mapping

import numpy as np

from services.analytics.domain.series import NO_DAY, AsOf, Days, Series

BRIDGES = ("EUR", "USD")


class Rates:
    """Rates by pair: ``EURUSD`` holds dollars for one euro, as its CURRENCY asset does."""

    def __init__(self, pairs: Mapping[str, Series]) -> None:
        self._pairs = pairs

    def between(self, source: str, target: str, days: Days) -> AsOf:
        """Return ``target`` units for one ``source`` on each day (last rate on or before it).

        The direct pair comes first, then its inverse, then a cross through EUR, then USD; on a
        day where one knows nothing yet the next is asked. NaN where none does, never 1. A cross
        is as old as its older leg.
        """
        if source == target:
            return AsOf(np.ones(len(days)), days)
        found = self._leg(source, target, days)
        for bridge in BRIDGES:
            if not np.isnan(found.values).any():
                break
            if bridge not in (source, target):
                found = _first_known(found, self._crossed(source, bridge, target, days))
        return found

    def _crossed(self, source: str, bridge: str, target: str, days: Days) -> AsOf:
        near = self._leg(source, bridge, days)
        far = self._leg(bridge, target, days)
        # np.minimum passes NaT on, so a cross with one unknown leg is unknown in both arrays.
        return AsOf(near.values * far.values, np.minimum(near.dates, far.dates))

    def _leg(self, source: str, target: str, days: Days) -> AsOf:
        unknown = AsOf(np.full(len(days), np.nan), np.full(len(days), NO_DAY))
        direct = self._pairs.get(source + target)
        found = direct.as_of(days) if direct else unknown
        inverse = self._pairs.get(target + source)
        if inverse and np.isnan(found.values).any():
            rates, dates = inverse.as_of(days)
            found = _first_known(found, AsOf(1.0 / rates, dates))
        return found


def _first_known(first: AsOf, second: AsOf) -> AsOf:
    missing = np.isnan(first.values)
    return AsOf(
        np.where(missing, second.values, first.values), np.where(missing, second.dates, first.dates)
    )
