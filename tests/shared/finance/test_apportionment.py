"""Rounded parts that sum to a rounded whole."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shared.finance.apportionment import apportion, exact_sum, percentages

D = Decimal

amounts = st.lists(st.decimals("-1000", "1000", places=6), min_size=1, max_size=12)


def exactly(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


def test_what_is_missing_goes_to_the_largest_remainders() -> None:
    # Rounded one by one they would be 0.33, 0.33, 0.33.
    assert apportion(exactly("0.333", "0.334", "0.333"), 2) == exactly("0.33", "0.34", "0.33")
    assert apportion(exactly("0.5", "0.5", "1"), 0) == exactly("1", "0", "1")


def test_thirds_are_percentages_of_exactly_a_hundred() -> None:
    assert percentages(exactly("1", "1", "1")) == exactly("33.3334", "33.3333", "33.3333")


def test_nothing_or_less_has_no_percentages() -> None:
    assert percentages(exactly("1", "-1")) is None
    assert percentages([]) is None


@given(amounts)
def test_the_parts_sum_to_the_rounded_whole_and_none_is_off_by_a_unit(parts: list[Decimal]) -> None:
    whole = exact_sum(parts)
    rounded = apportion(parts, 2)
    assert abs(exact_sum(rounded) - whole) <= Decimal("0.005")
    assert all(abs(new - old) < Decimal("0.01") for new, old in zip(rounded, parts, strict=True))


def test_the_missing_unit_goes_to_the_largest_remainder() -> None:
    # 33.333…, 33.333…, 33.333…: floors sum to 99.99, the first of equals gets the last 0.01.
    third = D(100) / 3
    assert apportion([third] * 3, 2) == [D("33.34"), D("33.33"), D("33.33")]
    # 0.004, 1.996: floors 0.00 and 1.99.
    assert apportion([D("0.004"), D("1.996")], 2) == [D("0.00"), D("2.00")]


def test_losses_are_apportioned_as_gains_are() -> None:
    # −0.005 − 0.005 is −0.01 in all; each alone would round to −0.01.
    assert apportion([D("-0.005"), D("-0.005")], 2) == [D("0.00"), D("-0.01")]


@given(st.lists(st.decimals(-(10**9), 10**9, places=6), min_size=1, max_size=30))
def test_rounded_parts_sum_to_the_rounded_whole(parts: list[Decimal]) -> None:
    found = apportion(parts, 2)
    assert sum(found) == apportion([sum(parts, D(0))], 2)[0]
    for part, rounded in zip(parts, found, strict=True):
        assert abs(part - rounded) < D("0.01")
        assert part != 0 or rounded == 0


@given(st.lists(st.decimals(0, 10**9, places=4), min_size=1, max_size=40))
def test_percentages_sum_to_exactly_one_hundred(parts: list[Decimal]) -> None:
    found = percentages(parts)
    assert (found is None) == (sum(parts) == 0)
    assert found is None or sum(found) == D("100.0000")
