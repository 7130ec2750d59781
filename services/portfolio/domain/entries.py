"""One entry of a ledger."""

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from shared.finance.entries import EARNINGS, EntryType, ledger_order
from shared.finance.money import EXACT, ONE, ZERO, times


class Entry(NamedTuple):
    """What happened on one day; `rules.complete` says which fields each type has.

    Attributes:
        id: order of creation.
        quantity: of the asset, never negative.
        price: of one unit, in `currency`, with the decimals it was given with.
        amount: what moved, in `currency`, signed from the portfolio's side; of a trade after
            `fees` and `taxes`, of a dividend before them.
        exchange_rate: units of the portfolio's currency for one of `currency`; None is unknown.
        asset_rate: units of the asset's currency for one of `currency`.
        ratio: of a split, new for old.
    """

    id: int
    date: datetime.date
    type: EntryType
    currency: str
    asset: int | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    amount: Decimal | None = None
    fees: Decimal = ZERO
    taxes: Decimal = ZERO
    exchange_rate: Decimal | None = ONE
    asset_rate: Decimal = ONE
    ratio: Fraction | None = None

    def numbered(self, id_: int) -> "Entry":
        """Return the entry with an id; `_replace` takes seven times as long."""
        return tuple.__new__(Entry, (id_, *self[1:]))

    def moving(self, amount: Decimal | None) -> "Entry":
        """Return the entry with an amount, as quickly."""
        return tuple.__new__(Entry, (*self[:7], amount, *self[8:]))

    @property
    def order(self) -> tuple[datetime.date, bool, int]:
        """The place in the ledger: by day, SPLIT first, then by creation."""
        return ledger_order(self.date, self.type, self.id)

    @property
    def cash(self) -> Decimal:
        """What the entry does to cash, in its own currency."""
        if self.amount is None:
            return ZERO
        if self.type not in EARNINGS:
            return self.amount
        return EXACT.subtract(self.amount, EXACT.add(self.fees, self.taxes))

    @property
    def base_cash(self) -> Decimal | None:
        """What the entry does to cash, in the portfolio's currency; None without a rate."""
        return times(self.cash, self.exchange_rate)

    @property
    def cost(self) -> Decimal:
        """What an acquisition or adjustment costs, in the entry's currency."""
        if self.type is EntryType.BUY:
            return EXACT.minus(self.amount or ZERO)
        return EXACT.multiply(self.quantity or ZERO, self.price or ZERO)
