"""What is held after each entry is what the one rule says, however many are summed at once."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.ledger import Booking
from shared.finance.entries import EntryType, quantity_after
from tests.analytics.domain.build import MONDAY, calendar, ledger

TRADES = [EntryType.BUY, EntryType.TRANSFER_IN, EntryType.SELL, EntryType.TRANSFER_OUT]
quantities = st.decimals("0.00000001", "100000", places=8)
ratios = st.sampled_from([Fraction(2), Fraction(1, 3), Fraction(7, 5)])


@pytest.mark.parametrize("kinds", [TRADES, [*TRADES, EntryType.SPLIT, EntryType.ADJUSTMENT]])
@given(data=st.data())
def test_quantities_are_those_of_the_rule(kinds: list[EntryType], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.tuples(st.sampled_from(kinds), quantities, ratios), max_size=20))
    days = calendar(len(rows), MONDAY)
    book = ledger(
        *(
            Booking(0, when.item(), kind, 1, float(quantity), ratio=ratio)
            for when, (kind, quantity, ratio) in zip(days, rows, strict=True)
        )
    )
    held, expected = Decimal(0), []
    for kind, quantity, ratio in rows:
        held = quantity_after(held, kind, quantity, ratio)
        expected.append(float(held))
    found = book.held[1].quantities.tolist() if rows else []
    assert found == pytest.approx(expected, rel=0, abs=1e-9)
