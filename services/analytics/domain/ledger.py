"""A portfolio's ledger as columns: what was held, and what money moved, by entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from services.analytics.domain.fx import Rates
from services.analytics.domain.series import Days, Floats, Indexes, Series, Spans, decimal
from shared.finance.entries import (
    FUNDING,
    IN_KIND,
    QUANTITY_SIGN,
    EntryType,
    ledger_order,
    quantity_after,
)
from shared.finance.money import ZERO
from shared.finance.splits import QUANTITY_PLACES

_SETS_QUANTITY: Final = frozenset({EntryType.SPLIT, EntryType.ADJUSTMENT})


@dataclass(frozen=True, slots=True)
class Booking:
    """One entry of the ledger, as far as values and flows depend on it.

    ``cash`` is the money that moved, signed from the portfolio's side, after fees and taxes, in
    ``currency`` (0 for what moves none); ``exchange_rate`` turns it into the portfolio's, NaN
    where none was given. ``quantity`` is that of the entry: bought, sold or transferred
    (positive), or for an ADJUSTMENT what is held from then on. ``ratio`` is a SPLIT's new/old.
    ``order`` is its place among those of its day. ``price`` is that of one unit, in
    ``currency``: the cost of what is transferred in or adjusted. Numbers are exact; a float stands
    for the shortest decimal that names it.
    """

    order: int
    date: date
    type: EntryType
    asset: int | None = None
    quantity: Decimal | float = 0.0
    cash: Decimal | float = 0.0
    ratio: Fraction = Fraction(1)
    currency: str = ""
    exchange_rate: Decimal | float = 1.0
    price: Decimal | float = 0.0

    @property
    def exact_quantity(self) -> Decimal:
        """The quantity with the decimals that quantities are kept with."""
        if isinstance(self.quantity, Decimal):
            return self.quantity
        return decimal(round(self.quantity, QUANTITY_PLACES))


@dataclass(frozen=True, eq=False)
class Held:
    """How much of one asset is held after each of its entries; all of shape (entries,).

    ``in_kind`` are the entries that moved it across the portfolio's border without money,
    ``ratios`` those of its splits, 1 for other entries.
    """

    days: Days
    quantities: Floats
    changes: Floats
    types: npt.NDArray[np.str_]
    in_kind: npt.NDArray[np.bool_]
    ratios: Floats

    def on(self, days: Days) -> Floats:
        """Return the quantity held at the end of each of ``days``."""
        passed = np.searchsorted(self.days, days, side="right")
        return np.concatenate([[0.0], self.quantities])[passed]

    @cached_property
    def spans(self) -> Spans:
        """The stretches of days at whose end it is held."""
        is_last = np.append(self.days[1:] != self.days[:-1], True)[: len(self.days)]
        return Spans.where(self.days[is_last], self.quantities[is_last] != 0.0)

    @cached_property
    def splits(self) -> Series:
        """The ratios of the ledger's own splits, one a day."""
        is_split = self.types == EntryType.SPLIT.value
        days, places = np.unique(self.days[is_split], return_inverse=True)
        ratios = np.ones(len(days))
        np.multiply.at(ratios, places, self.ratios[is_split])
        return Series(days, ratios)


class Ledger:
    """All entries of a portfolio, in order of effect: by day, SPLIT first, then by creation."""

    def __init__(self, entries: Sequence[Booking]) -> None:
        self.entries = tuple(
            sorted(entries, key=lambda row: ledger_order(row.date, row.type, row.order))
        )
        self.days: Days = np.array([row.date for row in self.entries], dtype="datetime64[D]")
        self.cash: Floats = np.array([row.cash for row in self.entries], dtype=np.float64)
        self.currencies = np.array([row.currency for row in self.entries], dtype=np.str_)

    @cached_property
    def assets(self) -> tuple[int, ...]:
        """The ids of all assets that the ledger names, ascending."""
        return tuple(sorted({row.asset for row in self.entries if row.asset is not None}))

    def money(self, rates: Rates, currency: str) -> Floats:
        """Return each entry's cash in the portfolio's ``currency``, shape (entries,).

        NaN where money moved and there is no rate.
        """
        return np.where(self.cash == 0.0, 0.0, self.cash * self.exchange_rates(rates, currency))

    def exchange_rates(self, rates: Rates, currency: str) -> Floats:
        """Return each entry's rate to the portfolio's ``currency``, shape (entries,).

        The one given with the entry, else the last one on or before its day, else NaN.
        """
        each = np.array([row.exchange_rate for row in self.entries], dtype=np.float64)
        for foreign in set(self.currencies[np.isnan(each)]):
            last = rates.between(str(foreign), currency, self.days).values
            each = np.where(np.isnan(each) & (self.currencies == foreign), last, each)
        return each

    @cached_property
    def cash_from(self) -> np.datetime64 | None:
        """The day from which the portfolio has cash: that of its first DEPOSIT or WITHDRAWAL."""
        for row in self.entries:
            if row.type in FUNDING:
                return np.datetime64(row.date, "D")
        return None

    @cached_property
    def has_cash(self) -> npt.NDArray[np.bool_]:
        """Whether the portfolio has cash on the day of each entry, shape (entries,)."""
        if self.cash_from is None:
            return np.zeros(len(self.entries), dtype=np.bool_)
        return self.days >= self.cash_from

    @cached_property
    def external(self) -> npt.NDArray[np.bool_]:
        """Whether each entry's money crosses the portfolio's border, shape (entries,).

        Deposits and withdrawals do; before there is cash, so does the money of every other row.
        """
        crosses = np.array([row.type in FUNDING for row in self.entries], dtype=np.bool_)
        return crosses | ~self.has_cash

    @cached_property
    def held(self) -> dict[int, Held]:
        """What is held of each asset, after each entry that names it and moves its quantity."""
        return {asset: self._held(asset) for asset in self.assets}

    def _held(self, asset: int) -> Held:
        positions: Indexes = np.array(
            [
                i
                for i, row in enumerate(self.entries)
                if row.asset == asset and (row.type in QUANTITY_SIGN or row.type in _SETS_QUANTITY)
            ],
            dtype=np.intp,
        )
        rows = [self.entries[i] for i in positions]
        quantities = _running(rows)
        return Held(
            self.days[positions],
            quantities,
            np.diff(quantities, prepend=0.0),
            np.array([row.type.value for row in rows], dtype=np.str_),
            np.array([row.type in IN_KIND for row in rows], dtype=np.bool_),
            np.array([float(row.ratio) for row in rows], dtype=np.float64),
        )


def _running(rows: Sequence[Booking]) -> Floats:
    """Return what is held after each row: `quantity_after`, in one sum where all of them trade."""
    if all(row.type in QUANTITY_SIGN for row in rows):
        changes = [QUANTITY_SIGN[row.type] * row.quantity for row in rows]
        running: Floats = np.cumsum(np.array(changes, dtype=np.float64))
        return np.round(running, QUANTITY_PLACES)
    quantity = ZERO
    quantities = []
    for row in rows:
        quantity = quantity_after(quantity, row.type, row.exact_quantity, row.ratio)
        quantities.append(float(quantity))
    return np.array(quantities, dtype=np.float64)
