"""In which order the rows of a file are created."""

from datetime import date
from decimal import Decimal

import pytest

from services.portfolio.domain.entries import Entry
from services.portfolio.domain.ledger_files import generic
from services.portfolio.domain.ledger_files.order import holding_enough
from services.portfolio.domain.ledger_files.rows import LedgerFile
from shared.finance.entries import EntryType as T

HEADER = "date,transaction_type,symbol,quantity,price\n"


def read(*lines: str, header: str = HEADER) -> LedgerFile:
    found = generic.read((header + "\n".join(lines)).encode())
    assert not found.errors
    return found


def order(*lines: str, header: str = HEADER) -> list[int]:
    """Return the lines in the order of creation."""
    return [row.line for row in read(*lines, header=header).rows]


def test_rows_of_one_date_stay_as_they_stand() -> None:
    assert order("2021-01-05,SELL,A,1,1", "2021-01-05,BUY,A,1,1") == [2, 3]


def test_a_file_sorted_by_date_keeps_its_order() -> None:
    lines = ["2021-01-04,BUY,A,2,1", "2021-01-05,SELL,A,1,1", "2021-01-05,BUY,A,1,1"]
    assert order(*lines) == [2, 3, 4]


def test_a_file_with_the_newest_first_is_reversed_also_within_a_day() -> None:
    lines = ["2021-01-05,SELL,A,2,1", "2021-01-05,BUY,A,1,1", "2021-01-04,BUY,A,1,1"]
    assert order(*lines) == [4, 3, 2]


def test_in_an_unsorted_file_acquisitions_come_first() -> None:
    lines = ["2021-01-05,SELL,A,1,1", "2021-01-05,BUY,A,1,1", "2021-01-04,BUY,A,1,1"]
    assert order(*lines, "2021-01-06,BUY,A,1,1") == [4, 3, 2, 5]


def test_times_of_day_go_before_the_order_of_the_file_and_midnight_is_none() -> None:
    lines = [
        "2021-01-05T10:00,BUY,A,1,1",
        "2021-01-05T09:00,SELL,A,1,1",
        "2021-01-05T00:00,BUY,B,1,1",
        "2021-01-05,SELL,B,1,1",
    ]
    assert order(*lines) == [4, 5, 3, 2]


def test_a_time_may_stand_in_a_column_of_its_own() -> None:
    header = "date,time,transaction_type,symbol,quantity,price\n"
    lines = ["2021-01-05,10:00,BUY,A,1,1", "2021-01-05,09:00:30,SELL,A,1,1"]
    assert order(*lines, header=header) == [3, 2]


def test_an_adjustment_is_the_last_of_its_day() -> None:
    lines = ["2021-01-04,BUY,A,2,1", "2021-01-05,ADJUSTMENT,A,5,1", "2021-01-05,SELL,A,1,1"]
    assert order(*lines) == [2, 4, 3]
    assert order(*lines[::-1]) == [4, 2, 3]


def test_the_files_own_places_go_before_everything() -> None:
    header = "date,position_in_day,transaction_type,symbol,quantity,price\n"
    lines = ["2021-01-05,1,ADJUSTMENT,A,5,1", "2021-01-05,2,SELL,A,1,1"]
    assert order(*lines, header=header) == [2, 3]


def entry(kind: T, day: str, quantity: str) -> Entry:
    on = date.fromisoformat(day)
    return Entry(id=1, date=on, type=kind, currency="USD", asset=1, quantity=Decimal(quantity))


SOLD_FIRST = ["2021-01-05,SELL,A,3,1", "2021-01-05,BUY,A,3,1", "2021-01-06,BUY,A,1,1"]


@pytest.mark.parametrize(
    ("ledger", "expected"),
    [
        ([], [1, 0, 2]),
        ([entry(T.BUY, "2021-01-04", "3")], [0, 1, 2]),
        ([entry(T.BUY, "2021-01-05", "3")], [0, 1, 2]),
        ([entry(T.BUY, "2021-01-04", "2")], [1, 0, 2]),
        ([entry(T.BUY, "2021-01-06", "3")], [1, 0, 2]),
    ],
)
def test_acquisitions_come_first_where_the_order_would_take_what_is_not_held(
    ledger: list[Entry], expected: list[int]
) -> None:
    rows = read(*SOLD_FIRST).rows
    assert holding_enough(rows, [1, 1, 1], {1: ledger}) == expected


def test_only_the_rows_of_that_asset_and_day_are_put_right() -> None:
    rows = read(
        "2021-01-04,BUY,A,1,1",
        "2021-01-05,SELL,B,1,1",
        "2021-01-05,SELL,A,1,1",
        "2021-01-05,BUY,B,1,1",
        "2021-01-05,BUY,A,1,1",
    ).rows
    assert holding_enough(rows, [1, 2, 1, 2, 1], {}) == [0, 3, 2, 1, 4]


def test_a_split_counts_before_the_sales_of_its_day() -> None:
    header = "date,transaction_type,symbol,quantity,price,ratio\n"
    rows = read(
        "2021-01-04,BUY,A,1,1,",
        "2021-01-05,SELL,A,2,1,",
        "2021-01-05,BUY,A,2,1,",
        "2021-01-05,SPLIT,A,,,2:1",
        header=header,
    ).rows
    assert holding_enough(rows, [1, 1, 1, 1], {}) == [0, 1, 2, 3]
