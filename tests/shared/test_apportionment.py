"""Rounded parts that sum to a rounded whole."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shared.apportionment import apportion, exact_sum, percentages

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
