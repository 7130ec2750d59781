"""What was paid in another currency than that of the paper, and what one piece of it was worth."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from services.portfolio.domain.ledger_files.layouts import RATE_PLACES
from services.portfolio.domain.ledger_files.rows import LedgerRow
from shared.finance.entries import TRADES
from shared.finance.money import EXACT, MINOR_CURRENCIES, ZERO, round_to

_PLACES: Final = 8


def in_asset_money(row: LedgerRow, quoted_in: str | None) -> LedgerRow:
    """Return a row of an account as one in the currency of its asset.

    Quantity and price stay, in pounds where they were in pence; the rate is the one by which just
    the row's amount left or reached the account, its fees and taxes there included.

    Args:
        row: with what moved on the account as its amount, and its fees and taxes, in `currency`.
        quoted_in: the currency of its price.
    """
    major = MINOR_CURRENCIES.get(quoted_in or "", quoted_in)
    price = row.price.scaleb(-2) if row.price and major != quoted_in else row.price
    if major in (None, row.currency) or not row.quantity or not price or not row.amount:
        return replace(row, price=price)
    charges = EXACT.add(row.fees, row.taxes) if row.type in TRADES else ZERO
    moved = EXACT.abs(row.amount)
    paid = EXACT.subtract(moved, charges) if row.amount < 0 else EXACT.add(moved, charges)
    rate = round_to(EXACT.divide(paid, EXACT.multiply(row.quantity, price)), RATE_PLACES)
    if rate <= 0:
        return replace(row, price=price)
    return replace(
        row,
        price=price,
        amount=None,
        fees=_at(row.fees, rate),
        taxes=_at(row.taxes, rate),
        currency=major,
        exchange_rate=rate,
        rate_into=row.currency,
    )


def at_rate(row: LedgerRow, rate: Decimal, currency: str) -> LedgerRow:
    """Return a row in another currency, all of its money at one rate.

    Args:
        rate: units of the row's currency for one of `currency`.
    """
    return replace(
        row,
        price=None if row.price is None else _at(row.price, rate),
        amount=None if row.amount is None else _at(row.amount, rate),
        fees=_at(row.fees, rate),
        taxes=_at(row.taxes, rate),
        currency=currency,
        exchange_rate=rate,
        rate_into=row.currency,
    )


def rated(row: LedgerRow, rate: Decimal | None, base: str | None) -> LedgerRow:
    """Return a row with the rate that its file tells, where that is one between two currencies.

    Args:
        rate: units of `base` for one of the row's currency.
    """
    if not rate or base in (None, row.currency):
        return row
    return replace(row, exchange_rate=rate, rate_into=base)


def price_of_one(worth: Decimal | None, quantity: Decimal | None) -> Decimal | None:
    """Return what a piece was worth, where a file has only what all of them were."""
    if not worth or not quantity:
        return None
    return round_to(EXACT.abs(EXACT.divide(worth, quantity)), _PLACES)


def _at(money: Decimal, rate: Decimal) -> Decimal:
    return round_to(EXACT.divide(money, rate), _PLACES)
