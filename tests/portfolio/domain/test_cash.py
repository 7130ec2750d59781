"""The cash of a portfolio, and the money that crosses its border."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from services.portfolio.domain.cash import (
    Account,
    account_of,
    excluding,
    external_flow,
    including,
    moves_start,
)
from services.portfolio.domain.entries import Entry
from shared.finance.entries import EntryType as T
from tests.portfolio.domain.build import done, exactly


def a_year() -> list[Entry]:
    return [
        done(T.BUY, "2024-01-02", quantity="1", price="100"),
        done(T.DEPOSIT, "2024-02-01", amount="1000"),
        done(T.BUY, "2024-02-01", quantity="5", price="100", fees="1"),
        done(T.DIVIDEND, "2024-03-01", amount="20", taxes="5"),
        done(T.INTEREST, "2024-04-01", amount="3", taxes="1"),
        done(T.INTEREST, "2024-04-02", asset=1, amount="4"),
        done(T.FEE, "2024-05-01", amount="-7"),
        done(T.FEE_REFUND, "2024-05-02", amount="2"),
        done(T.TAX, "2024-05-03", amount="-11"),
        done(T.TAX_REFUND, "2024-05-04", amount="3"),
        done(T.SELL, "2024-06-01", quantity="2", price="110", taxes="2"),
        done(T.WITHDRAWAL, "2024-07-01", amount="-50"),
    ]


def test_cash_counts_what_moved_since_the_first_deposit() -> None:
    account = account_of(a_year())
    # 1000 − 501 + 15 + 2 + 4 − 7 + 2 − 11 + 3 + 218 − 50; the first purchase was before.
    assert account.balance == 675
    assert str(account.since) == "2024-02-01"


def test_charges_are_the_rows_of_their_own() -> None:
    assert account_of(a_year()).charges == -13  # −7 + 2 − 11 + 3


def test_interest_that_no_asset_paid_is_the_accounts() -> None:
    assert account_of(a_year()).interest == 2  # 3 − 1


def test_without_a_deposit_there_is_no_cash() -> None:
    account = account_of([row for row in a_year() if row.type is not T.DEPOSIT][:-1])
    assert account.since is None
    assert (account.balance, account.charges) == exactly(0, -13)


def test_a_withdrawal_begins_cash_too_and_it_may_be_negative() -> None:
    account = account_of([done(T.WITHDRAWAL, amount="-5")])
    assert str(account.since) == "2024-01-02"
    assert account.balance == -5


def test_the_day_of_the_first_deposit_counts_whatever_was_recorded_first() -> None:
    book = [
        done(T.BUY, "2024-01-02", quantity="1", price="100"),
        done(T.DEPOSIT, "2024-01-02", amount="60"),
    ]
    assert account_of(book).balance == -40


def test_cash_is_in_the_portfolios_currency_at_the_rate_of_each_day() -> None:
    book = [
        done(T.DEPOSIT, "2024-01-02", amount="1000", exchange_rate="0.9"),
        done(T.WITHDRAWAL, "2024-01-03", amount="-1000", exchange_rate="0.8"),
    ]
    assert account_of(book).balance == 100


def test_money_without_a_rate_is_counted_as_unrated() -> None:
    book = [
        done(T.DEPOSIT, amount="1000"),
        done(T.FEE, amount="-1", exchange_rate=None),
        done(T.TRANSFER_IN, quantity="1", price="1", exchange_rate=None),
    ]
    account = account_of(book)
    assert account.unrated == 1
    assert (account.balance, account.charges) == exactly(1000, 0)
    assert excluding(account, book[1:2]).unrated == 0


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (T.SPLIT, {"ratio": Fraction(2)}),
        (T.TRANSFER_IN, {"quantity": "1", "price": "1"}),
        (T.TRANSFER_OUT, {"quantity": "1"}),
        (T.ADJUSTMENT, {"quantity": "1", "price": "1"}),
    ],
)
def test_what_moves_in_kind_moves_no_cash(kind: T, fields: dict[str, Any]) -> None:
    funded = done(T.DEPOSIT, amount="10")
    assert account_of([funded, done(kind, "2024-01-03", **fields)]).balance == 10


def test_an_entry_is_added_and_taken_out_at_any_place() -> None:
    book = a_year()
    for place in range(2, len(book) - 1):
        others = book[:place] + book[place + 1 :]
        assert including(account_of(others), [book[place]]) == account_of(book)
        assert excluding(account_of(book), [book[place]]) == account_of(others)


def test_only_a_change_of_the_first_deposit_moves_the_start() -> None:
    account = account_of(a_year())
    deposit, other = a_year()[1], a_year()[2]
    assert moves_start(Account(), [deposit])
    assert not moves_start(Account(), [other])
    assert moves_start(account, [done(T.WITHDRAWAL, "2024-01-31", amount="-1")])
    assert not moves_start(account, [done(T.DEPOSIT, "2024-02-01", amount="1")])
    assert moves_start(account, [], [deposit])
    assert not moves_start(account, [], [other, a_year()[-1]])


def test_before_there_is_cash_trades_and_charges_cross_the_border() -> None:
    purchase = done(T.BUY, quantity="1", price="100", exchange_rate="0.9")
    assert external_flow(purchase, None) == 90
    assert external_flow(done(T.DIVIDEND, amount="5"), None) == -5
    assert external_flow(done(T.FEE, amount="-2"), None) == 2


def test_with_cash_only_deposits_and_withdrawals_cross_the_border() -> None:
    book = a_year()
    since = account_of(book).since
    flows = [external_flow(row, since) for row in book]
    assert flows == [100, 1000, 0, 0, 0, 0, 0, 0, 0, 0, 0, -50]


def test_what_is_transferred_in_kind_is_not_the_ledgers_to_value() -> None:
    assert external_flow(done(T.TRANSFER_IN, quantity="1", price="100"), None) == 0


def test_a_flow_without_a_rate_is_unknown() -> None:
    deposit = done(T.DEPOSIT, amount="5", exchange_rate=None)
    assert external_flow(deposit, deposit.date) is None


def test_no_sum_changes_the_account_it_starts_from() -> None:
    account = account_of(a_year())
    including(account, a_year())
    excluding(account, a_year())
    assert account == account_of(a_year())
    assert account.balance == Decimal(675)
