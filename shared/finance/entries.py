"""The types of a ledger's entries, and what each does to what is held."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from shared.finance.money import EXACT
from shared.finance.splits import scaled


class EntryType(StrEnum):
    """The types of a transaction, which is one entry of a portfolio's ledger."""

    BUY = "BUY"
    SELL = "SELL"
    DIVIDEND = "DIVIDEND"
    INTEREST = "INTEREST"
    FEE = "FEE"
    FEE_REFUND = "FEE_REFUND"
    TAX = "TAX"
    TAX_REFUND = "TAX_REFUND"
    DEPOSIT = "DEPOSIT"
    WITHDRAWAL = "WITHDRAWAL"
    SPLIT = "SPLIT"
    TRANSFER_IN = "TRANSFER_IN"
    TRANSFER_OUT = "TRANSFER_OUT"
    ADJUSTMENT = "ADJUSTMENT"

    # As a text has it. That of `Enum` is Python, and a ledger asks for it ten times an entry.
    __hash__ = str.__hash__


# As `EntryType` finds them, in a tenth of its time.
TYPE_NAMED: Final[Mapping[str, EntryType]] = {type_.value: type_ for type_ in EntryType}
TRADES: Final = frozenset({EntryType.BUY, EntryType.SELL})
EARNINGS: Final = frozenset({EntryType.DIVIDEND, EntryType.INTEREST})
CHARGES: Final = frozenset(
    {EntryType.FEE, EntryType.FEE_REFUND, EntryType.TAX, EntryType.TAX_REFUND}
)
# What a portfolio has cash by, from the day of the first of them on.
FUNDING: Final = frozenset({EntryType.DEPOSIT, EntryType.WITHDRAWAL})
ACQUISITIONS: Final = frozenset({EntryType.BUY, EntryType.TRANSFER_IN})
DISPOSALS: Final = frozenset({EntryType.SELL, EntryType.TRANSFER_OUT})
# What crosses a portfolio's border without money.
IN_KIND: Final = frozenset({EntryType.TRANSFER_IN, EntryType.TRANSFER_OUT, EntryType.ADJUSTMENT})
# Which way an entry moves the quantity held, where it adds to it or takes from it.
QUANTITY_SIGN: Final[Mapping[EntryType, int]] = {
    **dict.fromkeys(ACQUISITIONS, 1),
    **dict.fromkeys(DISPOSALS, -1),
}


def ledger_order(day: date, type_: EntryType, place: int) -> tuple[date, bool, int]:
    """Return what sorts the entries of a ledger: by day, SPLIT first, then by creation.

    Args:
        place: ascends in the order of creation, at least among the entries of a day.
    """
    return day, type_ != EntryType.SPLIT, place


def quantity_after(
    held: Decimal, type_: EntryType, quantity: Decimal | None, ratio: Fraction | None
) -> Decimal:
    """Return what is held of an asset after one more entry that names it.

    Args:
        held: before the entry.
        quantity: of the entry, never negative; of an ADJUSTMENT what is held from then on.
        ratio: of a split, new for old.
    """
    if quantity is not None and (sign := QUANTITY_SIGN.get(type_)):
        return EXACT.add(held, quantity) if sign > 0 else EXACT.subtract(held, quantity)
    if type_ is EntryType.SPLIT and ratio is not None:
        return scaled(held, ratio)
    if type_ is EntryType.ADJUSTMENT and quantity is not None:
        return quantity
    return held
