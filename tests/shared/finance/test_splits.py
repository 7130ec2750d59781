"""Split ratios, and what they make of quantities and prices."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.splits import LARGEST, parse_ratio, price_after, ratio_text, scaled


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("4:1", Fraction(4)),
        ("1:3", Fraction(1, 3)),
        (" 3 : 2 ", Fraction(3, 2)),
        ("1.5:1", Fraction(3, 2)),
        ("0.25", Fraction(1, 4)),
        ("4", Fraction(4)),
        ("0.33333333", Fraction(33333333, 100000000)),
    ],
)
def test_a_ratio_is_an_exact_fraction(text: str, ratio: Fraction) -> None:
    assert parse_ratio(text) == ratio


@pytest.mark.parametrize(
    "text", ["", "0", "0:1", "1:0", "-2:1", "2:1:1", "2/1", "1e9", "NaN", "٤:١", "1" * 10, "a"]
)
def test_what_is_no_ratio_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Not a ratio"):
        parse_ratio(text)


def test_a_ratio_that_two_integers_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="finer than one in a billion"):
        parse_ratio("999999999:0.00000001")


@pytest.mark.parametrize("text", ["4:1", "1:3", "3:2"])
def test_a_ratio_is_written_as_it_is_read(text: str) -> None:
    assert ratio_text(parse_ratio(text)) == text


numbers = st.integers(1, LARGEST)


@given(numbers, numbers)
def test_what_is_written_of_any_ratio_is_read(new: int, old: int) -> None:
    ratio = Fraction(new, old)
    assert parse_ratio(ratio_text(ratio)) == ratio


def test_the_largest_ratio_is_read_as_it_is_written() -> None:
    largest = parse_ratio("100000000:0.1")
    assert parse_ratio(ratio_text(largest)) == largest == LARGEST


def test_a_split_rounds_half_up() -> None:
    assert scaled(Decimal("0.00000001"), Fraction(1, 2)) == Decimal("0.00000001")
    assert scaled(Decimal(300), Fraction(1, 3)) == 100


def test_a_price_after_a_split_is_not_rounded() -> None:
    assert price_after(Decimal(400), Fraction(4)) == 100
    assert price_after(Decimal("0.01"), Fraction(1000)) == Decimal("0.00001")
