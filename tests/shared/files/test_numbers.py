"""How a file writes its numbers is what its cells show; what none shows is refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.files import Marks


def number(text: str, *others: str, decimal: str | None = None, delimiter: str = ";") -> Decimal:
    return Marks([text, *others], decimal, delimiter).number(text, places=20)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"),
        ("-50", "-50"),
        ("+50", "50"),
        ("−5,5", "-5.5"),
        ("5,00-", "-5.00"),
        ("(5.00)", "-5.00"),
        ("0,498", "0.498"),
        ("0.027", "0.027"),
        ("12,5", "12.5"),
        ("1234,567", "1234.567"),
        (".5", "0.5"),
        (",5", "0.5"),
        ("12.", "12"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1,234.567", "1234.567"),
        ("1'234.567", "1234.567"),
        ("1’234", "1234"),
        ("1 234,567", "1234.567"),
        ("1\u2009234,56", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("1\xa0234,56", "1234.56"),
        ("$1,234.50", "1234.50"),
        ("-$5.00", "-5.00"),
        ("5,00 €", "5.00"),
    ],
)
def test_a_number_that_can_be_nothing_else_is_that(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ten",
        "1.2.3",
        "1,23,456",
        "1e5",
        "NaN",
        "Infinity",
        "0x10",
        "١",
        "--1",
        "-(1)",
        "-1-",
        "9" * 65,
        "1,234.567.8",
        "1.234,567,8",
        "1'234,567'8",
        "1 23",
        "***",
        ".",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Not a decimal number\."):
        number(text)


@pytest.mark.parametrize("text", ["400,125", "1.000"])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_one_mark_before_three_digits_is_ambiguous(text: str, delimiter: str) -> None:
    whole = text.replace(",", "").replace(".", "")
    with pytest.raises(ValueError, match=rf"{text} may be {text[0]}.*\.\d{{3}} or {whole}\. Say"):
        number(text, delimiter=delimiter)


def test_both_readings_are_told() -> None:
    expected = "Ambiguous: 400,125 may be 400.125 or 400125. Say decimal=, or decimal=.."
    with pytest.raises(ValueError) as caught:
        number("400,125")
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("others", "value"),
    [
        (["1.234,50"], "400.125"),  # the comma is before decimals
        (["12,5"], "400.125"),
        (["0,498"], "400.125"),
        (["1,234.50"], "400125"),  # the comma groups
        (["1,234,567"], "400125"),
    ],
)
def test_another_cell_shows_what_a_mark_means(others: list[str], value: str) -> None:
    assert number("400,125", *others) == Decimal(value)


@pytest.mark.parametrize("others", [[], ["12.50"], ["12,50", "1,234.50"], ["12.50", "12,50"]])
def test_what_does_not_show_it_leaves_it_ambiguous(others: list[str]) -> None:
    with pytest.raises(ValueError, match="Ambiguous"):
        number("400,125", *others)


def test_between_commas_the_point_is_before_decimals_and_a_quoted_comma_stays_ambiguous() -> None:
    assert number("400.125", delimiter=",") == Decimal("400.125")
    with pytest.raises(ValueError, match="Ambiguous"):
        number("400,125", delimiter=",")


def test_what_is_said_decides() -> None:
    assert number("400,125", decimal=",") == Decimal("400.125")
    assert number("400,125", decimal=".") == Decimal(400125)
    with pytest.raises(ValueError, match=r"Not a decimal number: 12,5 with decimal=\."):
        number("12,5", decimal=".")


def test_a_number_in_the_marks_of_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Not a decimal number: 1\.5 in a file that writes ,"):
        number("1.5", "10,00", "12,50")


def test_numbers_are_bounded_and_zeros_at_the_end_are_no_decimals_too_many() -> None:
    marks = Marks()
    with pytest.raises(ValueError, match="At most 12 digits before the point"):
        marks.number("1000000000000")
    with pytest.raises(ValueError, match="At most 8 decimals"):
        marks.number("0.123456789")
    assert Marks(["9" * 1_000_000, "0." + "1" * 1_000_000]).decimal is None
    assert str(marks.number("0.1000000000")) == "0.1000000000"


@given(st.decimals(-(10**11), 10**11, places=3), st.sampled_from(".,"), st.booleans())
def test_a_written_number_is_read_back_or_refused(
    value: Decimal, mark: str, is_grouped: bool
) -> None:
    other = "," if mark == "." else "."
    text = f"{value:,f}" if is_grouped else f"{value:f}"
    text = "".join({",": other, ".": mark}.get(sign, sign) for sign in text)
    assert Marks([text], mark).number(text) == value
    read = _read(text)
    assert read == value or "Ambiguous" in str(read)


def _read(text: str) -> Decimal | ValueError:
    try:
        return number(text)
    except ValueError as error:
        return error
