"""The cash of a portfolio, and the money that crosses its border.

A portfolio has cash from the day of its first DEPOSIT or WITHDRAWAL. Before, a purchase is money
that comes in from outside, and a sale, a dividend or a refund is money that goes out to the owner.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from services.portfolio.domain.entries import Entry
from shared.finance.entries import CHARGES, EARNINGS, FUNDING, EntryType
from shared.finance.money import EXACT, ZERO, times


class Account(NamedTuple):
    """What a ledger adds up to beside its holdings, in the portfolio's currency.

    Sums without an order: an entry can be added or taken out at any place of the ledger.

    Attributes:
        since: the day of the first DEPOSIT or WITHDRAWAL; None while there is no cash.
        balance: of the entries from that day on.
        interest: INTEREST that no asset paid, after its fees and taxes.
        charges: FEE and TAX rows, negative, and their refunds.
        unrated: entries with money and no exchange rate; the sums that they enter
            (`sums_entered`) are unknown while there are any.
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


@cache
def sums_entered(type_: EntryType, *, of_asset: bool, in_cash: bool) -> frozenset[str]:
    """Return the sums of an account that an entry with money enters, by their names.

    Args:
        of_asset: whether it names one.
        in_cash: whether it is of a day on which there is cash.
    """
    entered = {
        "balance": in_cash,
        "interest": type_ in EARNINGS and not of_asset,
        "charges": type_ in CHARGES,
    }
    return frozenset(name for name, enters in entered.items() if enters)


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
    in_cash = account.since is not None and entry.date >= account.since
    sums = sums_entered(entry.type, of_asset=entry.asset is not None, in_cash=in_cash)
    if not sums and entry.exchange_rate is not None:
        return account
    cash = entry.cash
    if not cash:
        return account
    if entry.exchange_rate is None:
        return account._replace(unrated=account.unrated + sign)
    money = EXACT.multiply(times(cash, entry.exchange_rate) or ZERO, sign)
    if "balance" in sums:
        account = account._replace(balance=EXACT.add(account.balance, money))
    if "charges" in sums:
        account = account._replace(charges=EXACT.add(account.charges, money))
    if "interest" in sums:
        account = account._replace(interest=EXACT.add(account.interest, money))
    return account
