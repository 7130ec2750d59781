"""What each type of entry does to what is held, and in which order."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from shared.finance.entries import EntryType as T
from shared.finance.entries import ledger_order, quantity_after


@pytest.mark.parametrize(
    ("kind", "quantity", "ratio", "held"),
    [
        (T.BUY, "2.5", None, "12.5"),
        (T.TRANSFER_IN, "0.00000001", None, "10.00000001"),
        (T.SELL, "2.5", None, "7.5"),
        (T.TRANSFER_OUT, "10", None, "0"),
        (T.ADJUSTMENT, "3", None, "3"),
        (T.SPLIT, None, Fraction(1, 3), "3.33333333"),
        (T.DIVIDEND, "10", None, "10"),
        (T.DEPOSIT, None, None, "10"),
    ],
)
def test_what_is_held_after_an_entry(
    kind: T, quantity: str | None, ratio: Fraction | None, held: str
) -> None:
    given = None if quantity is None else Decimal(quantity)
    assert quantity_after(Decimal(10), kind, given, ratio) == Decimal(held)


def test_a_split_comes_first_on_its_day() -> None:
    friday, monday = date(2024, 1, 5), date(2024, 1, 8)
    rows = [(monday, T.BUY, 1), (monday, T.SPLIT, 2), (friday, T.SELL, 3), (monday, T.SELL, 0)]
    assert sorted(rows, key=lambda row: ledger_order(*row)) == [
        (friday, T.SELL, 3),
        (monday, T.SPLIT, 2),
        (monday, T.SELL, 0),
        (monday, T.BUY, 1),
    ]
