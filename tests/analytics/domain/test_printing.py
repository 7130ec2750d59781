"""Columns of figures are printed as single ones are: half up, never NaN."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest

from services.analytics.domain.printing import printed, printed_money, printed_parts


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (0.00005, 4, "0.0001"),
        (-0.00005, 4, "-0.0001"),
        (-0.00004, 4, "0.0000"),
        (1.005, 2, "1.01"),  # the float lies under it, what it was meant to be does not
        (0.1 + 0.2, 4, "0.3000"),
        (103.95000000000002, 4, "103.9500"),
        (2.5, 0, "3"),
        (0.0, 3, "0.000"),
        (123456789012.345, 2, "123456789012.35"),
        (4e15, 4, "4000000000000000.0000"),
        (np.nan, 4, None),
        (np.inf, 4, None),
        (1e24, 4, None),
    ],
)
def test_a_figure_is_rounded_half_up(value: float, places: int, text: str | None) -> None:
    assert printed(np.array([value]), places) == [text]


@pytest.mark.parametrize("value", [None, np.nan, np.inf, -np.inf, 1e24, -1e300, Decimal("1e60")])
def test_what_is_no_figure_is_no_money(value: float | Decimal | None) -> None:
    assert printed_money(value, "USD") is None


def test_the_largest_money_is_printed_in_full() -> None:
    assert printed_money(-9.5e23, "USD") == "-950000000000000000000000.00"


def test_prices_come_out_as_exact_decimals_do() -> None:
    numbers = [Decimal(n) / 100_000 for n in range(-30_000, 30_000, 7)]
    exact = [str(number.quantize(Decimal("0.0001"), ROUND_HALF_UP) + 0) for number in numbers]
    assert printed(np.array([float(number) for number in numbers])) == exact


def test_parts_are_printed_so_that_they_sum_to_their_whole() -> None:
    # A third three times: the unit that is missing goes to the first.
    assert printed_parts([1 / 3, 1 / 3, None, 1 / 3]) == ["0.3334", "0.3333", None, "0.3333"]
    assert printed_parts([]) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [(12345678901234.56, "12345678901234.56"), (98765432109.875, "98765432109.88")],
)
def test_a_large_figure_is_the_shortest_decimal_of_its_float(value: float, text: str) -> None:
    assert printed(np.array([value]), 2) == [text]
    assert printed(np.array([-value]), 2) == [f"-{text}"]


def test_what_is_known_exactly_counts_instead_of_the_float() -> None:
    exact = {1: Decimal("99999999999999.995"), 2: None}
    assert printed(np.array([1.0, 1e14, 3.0]), 2, exact) == ["1.00", "100000000000000.00", None]
