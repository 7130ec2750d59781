"""What a ledger adds up to for one asset: a fold over its entries, one after the other."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Final, NamedTuple

from services.portfolio.domain.entries import Entry
from services.portfolio.domain.errors import InvalidEntry, LedgerError, Oversold
from shared.finance.entries import (
    ACQUISITIONS,
    DISPOSALS,
    EARNINGS,
    EntryType,
    quantity_after,
)
from shared.finance.lots import CostMethod, Lot, Lots
from shared.finance.money import EXACT, ZERO, minus, plus, times

# More than this of anything is a mistake, and splits multiply: EXACT must always suffice.
MOST: Final = Decimal(10) ** 15


class Holding(NamedTuple):
    """One asset of one portfolio after some entries.

    Money stands twice: in the asset's currency, and (`base_…`) in the portfolio's, each entry at
    the rate of its day; that one is None as soon as a rate it needs is unknown.

    Attributes:
        realized: proceeds after fees and taxes − cost of what was sold.
        income: dividends and interest after their own fees and taxes.
        first_purchase_date: since when it is held, or was held last.
        last_order: place of the last entry in the ledger; None before the first.
    """

    lots: Lots
    quantity: Decimal = ZERO
    realized: Decimal = ZERO
    base_realized: Decimal | None = ZERO
    income: Decimal = ZERO
    base_income: Decimal | None = ZERO
    first_purchase_date: date | None = None
    last_order: tuple[date, bool, int] | None = None

    @classmethod
    def nothing(cls, method: CostMethod) -> "Holding":
        """Return what is held before the first entry, by a cost method."""
        return cls(lots=Lots(method))

    @property
    def cost(self) -> Decimal:
        """The cost of what is held."""
        return self.lots.cost

    @property
    def base_cost(self) -> Decimal | None:
        """The cost of what is held, in the portfolio's currency."""
        return self.lots.base_cost

    def follows(self, entry: Entry) -> bool:
        """Return whether `entry` comes after all that is in here, so that it can be applied."""
        return self.last_order is None or self.last_order < entry.order


def replay(entries: Iterable[Entry], start: Holding) -> Holding:
    """Return `start` after `entries`, which are in ledger order.

    Raises:
        Oversold: an entry takes more than is held then.
        InvalidEntry: a split leaves nothing, or more than can be counted.
    """
    holding = start
    for entry in entries:
        try:
            holding = apply(holding, entry)
        except LedgerError as error:
            error.entry = entry.id
            raise
    return holding


def apply(holding: Holding, entry: Entry) -> Holding:
    """Return `holding` after one more entry.

    Raises:
        Oversold: it takes more than is held.
        InvalidEntry: a split leaves nothing, or more than can be counted.
    """
    quantity = quantity_after(holding.quantity, entry.type, entry.quantity, entry.ratio)
    if entry.type in ACQUISITIONS:
        return _acquired(holding, entry, quantity)
    if entry.type in DISPOSALS:
        return _disposed(holding, entry, quantity)
    after = holding._replace(quantity=quantity, last_order=entry.order)
    if entry.type is EntryType.SPLIT:
        return after._replace(lots=_split(holding, entry, quantity))
    if entry.type is EntryType.ADJUSTMENT:
        day = _first_purchase_date(holding, entry)
        return after._replace(lots=_adjusted(holding, entry), first_purchase_date=day)
    if entry.type in EARNINGS:
        income, in_base = _in_both(entry.cash, entry)
        return after._replace(
            income=EXACT.add(holding.income, income),
            base_income=plus(holding.base_income, in_base),
        )
    return after


# Most entries acquire or dispose. These two name every field: `_replace` takes as long as all else.


def _acquired(holding: Holding, entry: Entry, quantity: Decimal) -> Holding:
    lots = holding.lots.add(_lot(entry))
    day = _first_purchase_date(holding, entry)
    return Holding(lots, quantity, *holding[2:6], day, entry.order)


def _disposed(holding: Holding, entry: Entry, quantity: Decimal) -> Holding:
    wanted = entry.quantity or ZERO
    if wanted > holding.quantity:
        raise Oversold(entry.date, holding.quantity, wanted)
    parts, lots = holding.lots.take(wanted)
    if entry.type is EntryType.TRANSFER_OUT:
        return Holding(lots, quantity, *holding[2:7], entry.order)
    realized, in_base = _realized(holding, entry, reduce(Lot.joined, parts))
    return Holding(lots, quantity, realized, in_base, *holding[4:7], entry.order)


def _realized(holding: Holding, entry: Entry, sold: Lot) -> tuple[Decimal, Decimal | None]:
    """Return what is realized with one more sale, in the asset's currency and the portfolio's."""
    proceeds, in_base = _in_both(entry.cash, entry)
    base_gain = minus(in_base, sold.base_cost)
    realized = EXACT.add(holding.realized, EXACT.subtract(proceeds, sold.cost))
    return realized, plus(holding.base_realized, base_gain)


def _split(holding: Holding, entry: Entry, quantity: Decimal) -> Lots:
    if entry.ratio is None:
        raise InvalidEntry({"ratio": "SPLIT needs this field."})
    if holding.quantity and not quantity:
        raise InvalidEntry({"ratio": f"After this split on {entry.date} nothing would be held."})
    if quantity >= MOST:
        raise InvalidEntry({"ratio": f"After this split on {entry.date} too much would be held."})
    return holding.lots.split(entry.ratio)


def _adjusted(holding: Holding, entry: Entry) -> Lots:
    return Lots.of(holding.lots.method, [_lot(entry)] if entry.quantity else [])


def _first_purchase_date(before: Holding, entry: Entry) -> date | None:
    return before.first_purchase_date if before.quantity else entry.date


def _lot(entry: Entry) -> Lot:
    cost, in_base = _in_both(entry.cost, entry)
    return Lot(entry.date, entry.quantity or ZERO, cost, in_base)


def _in_both(amount: Decimal, entry: Entry) -> tuple[Decimal, Decimal | None]:
    """Return an amount of the entry's currency in the asset's and in the portfolio's."""
    in_assets = in_base = times(amount, entry.asset_rate)
    if entry.exchange_rate != entry.asset_rate:
        in_base = times(amount, entry.exchange_rate)
    return in_assets or ZERO, in_base
