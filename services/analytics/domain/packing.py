"""Price histories as bytes: a calendar year a piece, little-endian int32 days, float64 values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np

from services.analytics.domain.series import NO_DAYS, Days, Floats, Series

COLUMNS = ("close", "open", "high", "low", "volume")

_DAY = np.dtype("<i4")
_VALUE = np.dtype("<f8")


@dataclass(frozen=True, slots=True)
class PriceDay:
    """The prices of one day as traded; None where the source had none."""

    date: date
    close: float
    open: float | None = None
    high: float | None = None
    low: float | None = None
    volume: float | None = None

    def values(self) -> list[float]:
        """Return the values in the order of `COLUMNS`, NaN for None."""
        numbers = (getattr(self, name) for name in COLUMNS)
        return [np.nan if value is None else float(value) for value in numbers]


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Prices by day: ``days`` strictly ascending (n,), ``values`` (n, 5) as `COLUMNS` say."""

    days: Days
    values: Floats

    @classmethod
    def of(cls, prices: Iterable[PriceDay]) -> Self:
        """Build a history from prices in any order; of equal days the last one stays."""
        by_day = {price.date: price.values() for price in prices}
        ordered = sorted(by_day)
        values = np.array([by_day[day] for day in ordered], dtype=np.float64)
        return cls(np.array(ordered, dtype="datetime64[D]"), values.reshape(-1, len(COLUMNS)))

    @classmethod
    def unpack(cls, pieces: Sequence[Mapping[str, bytes | None]]) -> Self:
        """Join pieces that `pack` made, given in the order of their years."""
        if not pieces:
            return cls(NO_DAYS, np.empty((0, len(COLUMNS))))
        days = [_days(piece["days"] or b"") for piece in pieces]
        values = [_values(piece, len(part)) for piece, part in zip(pieces, days, strict=True)]
        return cls(np.concatenate(days), np.concatenate(values))

    def pack(self) -> Iterator[tuple[int, dict[str, bytes | None]]]:
        """Yield (year, packed columns) for every calendar year that has prices."""
        years = self.days.astype("datetime64[Y]").astype(np.int64) + 1970
        for year in np.unique(years):
            part = years == year
            columns = {name: _packed(self.values[part, i]) for i, name in enumerate(COLUMNS)}
            yield int(year), {"days": self.days[part].astype(_DAY).tobytes(), **columns}

    def with_day(self, price: PriceDay) -> "History":
        """Return the history with the prices of one day set."""
        position = int(np.searchsorted(self.days, np.datetime64(price.date, "D")))
        after = position + int(
            position < len(self.days) and self.days[position] == np.datetime64(price.date, "D")
        )
        return History(
            np.concatenate(
                [self.days[:position], [np.datetime64(price.date, "D")], self.days[after:]]
            ),
            np.concatenate([self.values[:position], [price.values()], self.values[after:]]),
        )

    def closes(self) -> Series:
        """Return the closes as traded."""
        return Series(self.days, np.ascontiguousarray(self.values[:, 0]))


def _days(packed: bytes) -> Days:
    return np.frombuffer(packed, dtype=_DAY).astype("datetime64[D]")


def _values(piece: Mapping[str, bytes | None], count: int) -> Floats:
    values = np.full((count, len(COLUMNS)), np.nan)
    for i, name in enumerate(COLUMNS):
        packed = piece.get(name)
        if packed is not None:
            values[:, i] = np.frombuffer(packed, dtype=_VALUE)
    return values


def _packed(column: Floats) -> bytes | None:
    return None if np.isnan(column).all() else column.astype(_VALUE).tobytes()
