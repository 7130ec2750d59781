"""The cash of a portfolio, and the money that crosses its border.

A portfolio has cash from the day of its first DEPOSIT or WITHDRAWAL. Before, a purchase is money
that comes in from outside, and a sale, a dividend or a refund is money that goes out to the owner.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from services.portfolio.domain.entries import CHARGES, EARNINGS, FUNDING, ZERO, Entry, times
from shared.money import EXACT


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a ledger adds up to beside its holdings, in the portfolio's currency.

    Sums without an order: an entry can be added or taken out at any place of the ledger.

    Attributes:
        since: the day of the first DEPOSIT or WITHDRAWAL; None while there is no cash.
        balance: of the entries from that day on.
        interest: INTEREST that no asset paid, after its fees and taxes.
        charges: FEE and TAX rows, negative, and their refunds.
        unrated: entries with money and no exchange rate; the sums are unknown while there are any.
    """

    since: date | None = None
    balance: Decimal = ZERO
    interest: Decimal = ZERO
    charges: Decimal = ZERO
    unrated: int = 0


def account_of(entries: Sequence[Entry]) -> Account:
    """Return what `entries` add up to, in whatever order they come."""
    funded = [entry.date for entry in entries if entry.type in FUNDING]
    return including(Account(since=min(funded, default=None)), entries)


def including(account: Account, entries: Iterable[Entry]) -> Account:
    """Return `account` with `entries`, none of which moves the day since when there is cash."""
    for entry in entries:
        account = _counted(account, entry, 1)
    return account


def excluding(account: Account, entries: Iterable[Entry]) -> Account:
    """Return `account` without `entries`, none of which moves the day since when there is cash."""
    for entry in entries:
        account = _counted(account, entry, -1)
    return account


def moves_start(account: Account, added: Sequence[Entry], removed: Sequence[Entry] = ()) -> bool:
    """Return whether a change moves the day since when there is cash: then all is counted anew."""
    since = account.since
    earlier = any(
        entry.type in FUNDING and (since is None or entry.date < since) for entry in added
    )
    return earlier or any(entry.type in FUNDING and entry.date == since for entry in removed)


def external_flow(entry: Entry, since: date | None) -> Decimal | None:
    """Return the money that `entry` brings into the portfolio (negative: takes out of it).

    In the portfolio's currency; None without a rate. What is transferred or adjusted in kind
    flows at its market value, which the ledger does not know: it counts 0 here.

    Args:
        since: the day since when the portfolio has cash (`Account.since`).
    """
    if since is None or entry.date < since:
        return times(EXACT.minus(entry.cash), entry.exchange_rate)
    return entry.base_cash if entry.type in FUNDING else ZERO


def _counted(account: Account, entry: Entry, sign: int) -> Account:
    if not entry.cash:
        return account
    if entry.base_cash is None:
        return replace(account, unrated=account.unrated + sign)
    money = EXACT.multiply(entry.base_cash, sign)
    if account.since is not None and entry.date >= account.since:
        account = replace(account, balance=EXACT.add(account.balance, money))
    if entry.type in CHARGES:
        account = replace(account, charges=EXACT.add(account.charges, money))
    if entry.type in EARNINGS and entry.asset is None:
        account = replace(account, interest=EXACT.add(account.interest, money))
    return account
