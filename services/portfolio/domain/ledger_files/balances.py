"""What an account has on some days, as the deposits and withdrawals that explain it.

Of what moved on an account only its transactions are known; what is missing to a balance then is
money that came in or went out. A portfolio has cash from the first such row on, so transactions
before it have moved none.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from services.portfolio.domain.entries import Entry
from services.portfolio.domain.errors import LedgerError
from services.portfolio.domain.ledger_files.rows import LedgerRow
from services.portfolio.domain.rules import complete
from shared.files import Note
from shared.finance.entries import EntryType
from shared.finance.money import EXACT, MINOR_CURRENCIES, ZERO, round_money

_ANY_ASSET: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of another program.

    Attributes:
        currency: None where the file names none that we know; then it is left out.
        balance: what it has, of a day that the file does not say.
        balances: day → what it has at its end.
    """

    id: str
    name: str
    currency: str | None
    balance: Decimal | None = None
    balances: Mapping[datetime.date, Decimal] = field(default_factory=dict)


class BalanceRows(NamedTuple):
    """The rows that explain the balances, by day, and what their reader should know."""

    rows: Sequence[LedgerRow]
    notes: tuple[Note, ...]


def balance_rows(
    accounts: Iterable[Account], rows: Mapping[str, Sequence[LedgerRow]], first_line: int
) -> BalanceRows:
    """Return the deposits and withdrawals that explain the balances of accounts.

    Args:
        rows: id of an account → its transactions.
        first_line: of the rows that are returned, which stand nowhere.
    """
    accounts = list(accounts)
    balances = sorted(
        (day, place, value)
        for place, account in enumerate(accounts)
        for day, value in account.balances.items()
    )
    since: datetime.date | None = None
    made: list[LedgerRow] = []
    explained: dict[str, Decimal] = {}
    for day, place, value in balances:
        account = accounts[place]
        flows = _flows(account, rows.get(account.id, ()), since or day, day)
        there = EXACT.add(flows, explained.get(account.id, ZERO))
        missing = _missing(value, there, account.currency or "")
        if missing:
            since = since or day
            explained[account.id] = EXACT.add(explained.get(account.id, ZERO), missing)
            made.append(_row(account, day, missing, first_line + len(made)))
    return BalanceRows(made, tuple(_notes(accounts, rows, made)))


def _missing(value: Decimal, there: Decimal, currency: str) -> Decimal:
    # Other programs keep binary floats: of a balance the currency's decimals are meant.
    return round_money(EXACT.subtract(round_money(value, currency), there), currency)


def _row(account: Account, day: datetime.date, missing: Decimal, line: int) -> LedgerRow:
    return LedgerRow(
        line=line,
        date=day,
        type=EntryType.DEPOSIT if missing > 0 else EntryType.WITHDRAWAL,
        amount=missing,
        currency=account.currency,
        notes=f"Balance of {account.name or 'the account'}",
        external_id=f"balance:{account.id}:{day}"[:255],
    )


def _flows(
    account: Account, rows: Iterable[LedgerRow], first: datetime.date, last: datetime.date
) -> Decimal:
    """Return what transactions of some days did to an account, as far as they are in its money."""
    flows = ZERO
    for row in rows:
        if first <= row.date <= last and _money(row) == account.currency:
            flows = EXACT.add(flows, _cash(row))
    return flows


def _cash(row: LedgerRow) -> Decimal:
    entry = Entry(
        id=0,
        date=row.date,
        type=row.type,
        currency=_money(row) or "USD",
        asset=_ANY_ASSET if row.asset else None,
        quantity=row.quantity,
        price=row.price,
        amount=row.amount,
        fees=row.fees,
        taxes=row.taxes,
    )
    try:
        cash = complete(entry).cash
    except LedgerError:
        return ZERO  # the ledger refuses it too
    return cash.scaleb(-2) if row.currency in MINOR_CURRENCIES else cash


def _money(row: LedgerRow) -> str | None:
    code = row.money_currency or ""
    return MINOR_CURRENCIES.get(code, code) or None


def _notes(
    accounts: Iterable[Account], rows: Mapping[str, Sequence[LedgerRow]], made: Sequence[LedgerRow]
) -> list[Note]:
    notes = []
    if made:
        message = f"{len(made)} deposits and withdrawals: what was missing to account balances."
        notes.append(Note("amount", "account_balances", message))
    for account in accounts:
        if account.balance and not account.balances:
            message = (
                f"The balance {account.balance:f} of {account.name or 'an account'} has no day:"
                " record it as a DEPOSIT."
            )
            notes.append(Note("amount", "balance_without_day", message))
        foreign = {_money(row) for row in rows.get(account.id, ())} - {account.currency, None}
        if account.balances and foreign:
            currencies = ", ".join(sorted(map(str, foreign)))
            message = (
                f"What was missing to the balances of {account.name or 'an account'} leaves out its"
                f" transactions in {currencies}."
            )
            notes.append(Note("amount", "balance_in_other_currency", message))
    return notes
