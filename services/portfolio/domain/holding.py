"""What a ledger adds up to for one asset: a fold over its entries, one after the other."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from services.portfolio.domain import lots as lots_
from services.portfolio.domain.entries import (
    ACQUISITIONS,
    DISPOSALS,
    EARNINGS,
    ZERO,
    Entry,
    minus,
    plus,
    times,
)
from services.portfolio.domain.errors import InvalidEntry, LedgerError, Oversold
from services.portfolio.domain.lots import Lot, Lots
from shared.money import EXACT
from shared.vocabulary import CostMethod, EntryType

# More than this of anything is a mistake, and splits multiply: EXACT must always suffice.
MOST: Final = Decimal(10) ** 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One asset of one portfolio after some entries.

    Money stands twice: in the asset's currency, and (`base_…`) in the portfolio's, each entry at
    the rate of its day; that one is None as soon as a rate it needs is unknown.

    Attributes:
        realized: proceeds after fees and taxes − cost of what was sold.
        income: dividends and interest after their own fees and taxes.
        first_purchase_date: since when it is held, or was held last.
        last_order: place of the last entry in the ledger; None before the first.
    """

    quantity: Decimal = ZERO
    lots: Lots = ()
    cost: Decimal = ZERO
    base_cost: Decimal | None = ZERO
    realized: Decimal = ZERO
    base_realized: Decimal | None = ZERO
    income: Decimal = ZERO
    base_income: Decimal | None = ZERO
    first_purchase_date: date | None = None
    last_order: tuple[date, bool, int] | None = None

    def follows(self, entry: Entry) -> bool:
        """Return whether `entry` comes after all that is in here, so that it can be applied."""
        return self.last_order is None or self.last_order < entry.order


def replay(entries: Iterable[Entry], method: CostMethod, start: Holding | None = None) -> Holding:
    """Return `start` (nothing held, by default) after `entries`, which are in ledger order.

    Raises:
        Oversold: an entry takes more than is held then.
        InvalidEntry: a split leaves nothing, or more than can be counted.
    """
    holding = start or Holding()
    for entry in entries:
        try:
            holding = apply(holding, entry, method)
        except LedgerError as error:
            error.entry = entry.id
            raise
    return holding


def apply(holding: Holding, entry: Entry, method: CostMethod) -> Holding:
    """Return `holding` after one more entry.

    Raises:
        Oversold: it takes more than is held.
        InvalidEntry: a split leaves nothing, or more than can be counted.
    """
    if entry.type in ACQUISITIONS:
        holding = _acquired(holding, entry, method)
    elif entry.type in DISPOSALS:
        holding = _disposed(holding, entry, method)
    elif entry.type is EntryType.SPLIT:
        holding = _split(holding, entry)
    elif entry.type is EntryType.ADJUSTMENT:
        holding = _adjusted(holding, entry)
    elif entry.type in EARNINGS:
        holding = _earned(holding, entry)
    return replace(holding, last_order=entry.order)


def _acquired(holding: Holding, entry: Entry, method: CostMethod) -> Holding:
    lot = _lot(entry)
    return replace(
        holding,
        lots=lots_.add(holding.lots, lot, method),
        quantity=EXACT.add(holding.quantity, lot.quantity),
        cost=EXACT.add(holding.cost, lot.cost),
        base_cost=plus(holding.base_cost, lot.base_cost),
        first_purchase_date=holding.first_purchase_date if holding.quantity else entry.date,
    )


def _disposed(holding: Holding, entry: Entry, method: CostMethod) -> Holding:
    wanted = entry.quantity or ZERO
    if wanted > holding.quantity:
        raise Oversold(entry.date, holding.quantity, wanted)
    taken, remaining = lots_.take(holding.lots, wanted, method)
    base_cost = minus(holding.base_cost, taken.base_cost)
    left = replace(
        holding,
        lots=remaining,
        quantity=EXACT.subtract(holding.quantity, taken.quantity),
        cost=EXACT.subtract(holding.cost, taken.cost),
        # What was unknown may have been sold.
        base_cost=lots_.base_cost(remaining) if base_cost is None else base_cost,
    )
    return left if entry.type is EntryType.TRANSFER_OUT else _realized(left, entry, taken)


def _realized(holding: Holding, entry: Entry, taken: Lot) -> Holding:
    proceeds = times(entry.cash, entry.asset_rate) or ZERO
    base_gain = minus(entry.base_cash, taken.base_cost)
    return replace(
        holding,
        realized=EXACT.add(holding.realized, EXACT.subtract(proceeds, taken.cost)),
        base_realized=plus(holding.base_realized, base_gain),
    )


def _split(holding: Holding, entry: Entry) -> Holding:
    if entry.ratio is None:
        raise InvalidEntry({"ratio": "SPLIT needs this field."})
    lots = lots_.split(holding.lots, entry.ratio)
    if holding.quantity and not lots:
        raise InvalidEntry({"ratio": f"After this split on {entry.date} nothing would be held."})
    quantity = lots_.scaled(holding.quantity, entry.ratio)
    if quantity >= MOST:
        raise InvalidEntry({"ratio": f"After this split on {entry.date} too much would be held."})
    return replace(holding, lots=lots, quantity=quantity)


def _adjusted(holding: Holding, entry: Entry) -> Holding:
    lot = _lot(entry)
    return replace(
        holding,
        lots=(lot,) if lot.quantity else (),
        quantity=lot.quantity,
        cost=lot.cost,
        base_cost=lot.base_cost if lot.quantity else ZERO,
        first_purchase_date=holding.first_purchase_date if holding.quantity else entry.date,
    )


def _earned(holding: Holding, entry: Entry) -> Holding:
    return replace(
        holding,
        income=EXACT.add(holding.income, times(entry.cash, entry.asset_rate) or ZERO),
        base_income=plus(holding.base_income, entry.base_cash),
    )


def _lot(entry: Entry) -> Lot:
    cost = times(entry.cost, entry.asset_rate) or ZERO
    return Lot(entry.date, entry.quantity or ZERO, cost, times(entry.cost, entry.exchange_rate))
