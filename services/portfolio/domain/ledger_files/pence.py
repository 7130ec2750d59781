"""Rows of papers that are quoted in pence, cents or agorot: what of their money is in which."""

from dataclasses import replace
from decimal import Decimal

from services.portfolio.domain.entries import Entry
from services.portfolio.domain.errors import LedgerError
from services.portfolio.domain.ledger_files.rows import LedgerRow
from services.portfolio.domain.rules import complete
from shared.finance.entries import TRADES
from shared.finance.money import MINOR_CURRENCIES


def in_one_unit(row: LedgerRow) -> LedgerRow:
    """Return a row whose money is all in its currency.

    A row in pence is in pence altogether. But where only the paper is quoted in pence
    (`asset_currency`), where the fees are said to be in pounds, or where its amount fits to nothing
    else, the price alone is in pence, and what was paid is in pounds.
    """
    quoted = row.currency or (row.asset.currency if row.asset else None)
    major = MINOR_CURRENCIES.get(quoted or "")
    if major is None:
        return row
    if row.currency is None or _pays_in(row, major):
        return replace(row, currency=major, price=_hundredth(row.price))
    if row.charges_currency == major:
        amount = _hundredth(row.amount)
        return replace(row, currency=major, price=_hundredth(row.price), amount=amount)
    return row


def _pays_in(row: LedgerRow, major: str) -> bool:
    """Return whether amount, fees and taxes of a trade in pence can only be in pounds."""
    if row.type not in TRADES or None in (row.amount, row.price, row.quantity):
        return False
    in_pounds = replace(row, currency=major, price=_hundredth(row.price))
    return not _adds_up(row, major) and _adds_up(in_pounds, major)


def _adds_up(row: LedgerRow, currency: str) -> bool:
    entry = Entry(
        id=0,
        date=row.date,
        type=row.type,
        currency=currency,
        asset=1,
        quantity=row.quantity,
        price=row.price,
        amount=row.amount,
        fees=row.fees,
        taxes=row.taxes,
    )
    try:
        complete(entry)
    except LedgerError:
        return False
    return True


def _hundredth(number: Decimal | None) -> Decimal | None:
    return None if number is None else number.scaleb(-2)
