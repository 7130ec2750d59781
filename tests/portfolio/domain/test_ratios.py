"""Split ratios."""

from fractions import Fraction

import pytest

from services.portfolio.domain.errors import InvalidEntry
from services.portfolio.domain.ratios import parse_ratio, ratio_text


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
    with pytest.raises(InvalidEntry, match="Not a ratio") as caught:
        parse_ratio(text)
    assert set(caught.value.fields) == {"ratio"}


def test_a_ratio_that_two_integers_cannot_hold_is_refused() -> None:
    with pytest.raises(InvalidEntry, match="finer than one in a billion"):
        parse_ratio("999999999:0.00000001")


@pytest.mark.parametrize("text", ["4:1", "1:3", "3:2"])
def test_a_ratio_is_written_as_it_is_read(text: str) -> None:
    assert ratio_text(parse_ratio(text)) == text
