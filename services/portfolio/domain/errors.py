"""What the ledger refuses; each error names the field it is about.

LedgerError            validation_error   422
├── InvalidEntry       validation_error   a field is missing, too much, or of the wrong sign
├── AmountMismatch     amount_mismatch    the amount is not what quantity and price make
└── Oversold           validation_error   more leaves than is held on that day
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from shared.errors import ValidationFailed
from shared.finance.money import EXACT, plain


class LedgerError(ValidationFailed):
    """The ledger would not add up with this entry.

    Attributes:
        entry: id of the entry that could not be applied, where a replay met it.
    """

    entry: int | None = None


class InvalidEntry(LedgerError):
    """The fields of an entry do not fit its type.

    Args:
        reasons: field → why.
    """

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__(
            {field: [reason] for field, reason in reasons.items()}, next(iter(reasons.values()))
        )


class AmountMismatch(LedgerError):
    """The given amount is further from the computed one than rounding explains."""

    code = "amount_mismatch"

    def __init__(self, amount: Decimal, computed: Decimal) -> None:
        message = (
            f"The amount {plain(amount)} does not fit quantity, price, fees and taxes, "
            f"which make {plain(computed.normalize(EXACT))}."
        )
        super().__init__({"amount": [message]}, message)


class Oversold(LedgerError):
    """More is sold or transferred than is held.

    Attributes:
        day: of the entry that takes too much; after an edit of the past it may be another one
            than the entry that was edited.
        held: what is held just before it.
    """

    def __init__(self, day: date, held: Decimal, wanted: Decimal) -> None:
        self.day = day
        self.held = held
        message = f"Only {plain(held)} are held on {day}; {plain(wanted)} cannot be taken from it."
        super().__init__({"quantity": [message]}, message)
