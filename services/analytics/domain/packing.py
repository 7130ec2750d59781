"""Price histories as bytes: a calendar year a piece, little-endian int32 days, float64 values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Self

import numpy as np

from services.analytics.domain.series import NO_DAYS, Days, Floats, Series

COLUMNS = ("close", "open", "high", "low", "volume")
PIECE = ("days", *COLUMNS, "trade_days")

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
    """Prices by day: ``days`` strictly ascending (n,), ``values`` (n, 5) as `COLUMNS` say.

    ``trade_days`` are those of them whose close is merely the price of a trade.
    """

    days: Days
    values: Floats
    trade_days: Days = field(default_factory=lambda: NO_DAYS)

    @classmethod
    def of(cls, prices: Iterable[PriceDay], trade_days: Iterable[date] = ()) -> Self:
        """Build a history from prices in any order; of equal days the last one stays."""
        by_day = {price.date: price.values() for price in prices}
        ordered = sorted(by_day)
        values = np.array([by_day[day] for day in ordered], dtype=np.float64)
        return cls(
            np.array(ordered, dtype="datetime64[D]"),
            values.reshape(-1, len(COLUMNS)),
            np.array(sorted(trade_days), dtype="datetime64[D]"),
        )

    @classmethod
    def unpack(cls, pieces: Sequence[Mapping[str, bytes | None]]) -> Self:
        """Join pieces that `pack` made, given in the order of their years."""
        if not pieces:
            return cls(NO_DAYS, np.empty((0, len(COLUMNS))))
        days = [_days(piece["days"] or b"") for piece in pieces]
        values = [_values(piece, len(part)) for piece, part in zip(pieces, days, strict=True)]
        trade_days = [_days(piece.get("trade_days") or b"") for piece in pieces]
        return cls(np.concatenate(days), np.concatenate(values), np.concatenate(trade_days))

    def pack(self) -> Iterator[tuple[int, dict[str, bytes | None]]]:
        """Yield (year, packed columns) for every calendar year that has prices."""
        years = self.days.astype("datetime64[Y]").astype(np.int64) + 1970
        for year in np.unique(years):
            part = years == year
            columns = {name: _packed(self.values[part, i]) for i, name in enumerate(COLUMNS)}
            days = self.days[part]
            of_trades = self.trade_days[np.isin(self.trade_days, days)]
            yield (
                int(year),
                {
                    "days": days.astype(_DAY).tobytes(),
                    **columns,
                    "trade_days": of_trades.astype(_DAY).tobytes() or None,
                },
            )

    def with_day(self, price: PriceDay) -> "History":
        """Return the history with the prices of one day set; they are not those of a trade."""
        position = int(np.searchsorted(self.days, np.datetime64(price.date, "D")))
        after = position + int(
            position < len(self.days) and self.days[position] == np.datetime64(price.date, "D")
        )
        return History(
            np.concatenate(
                [self.days[:position], [np.datetime64(price.date, "D")], self.days[after:]]
            ),
            np.concatenate([self.values[:position], [price.values()], self.values[after:]]),
            self.trade_days[self.trade_days != np.datetime64(price.date, "D")],
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
