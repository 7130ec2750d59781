"""Money: exact, rounded once, half away from zero."""

from decimal import Decimal, getcontext, localcontext

import pytest

from shared.finance.money import (
    EXACT,
    is_currency,
    minor_unit,
    plain,
    round_money,
    round_to,
    trimmed,
)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("2.345", "USD", "2.35"),  # half-even would say 2.34
        ("-2.345", "USD", "-2.35"),
        ("2.344999999999", "USD", "2.34"),
        ("0.5", "JPY", "1"),
        ("1.0005", "KWD", "1.001"),
        ("1", "CLF", "1.0000"),
        ("1E+3", "USD", "1000.00"),
    ],
)
def test_money_is_rounded_to_the_currencys_minor_unit(
    amount: str, currency: str, expected: str
) -> None:
    assert plain(round_money(Decimal(amount), currency)) == expected


def test_the_contracts_own_example_is_145() -> None:
    """2.50 on 173.00 is 1.44508…; the original's sample printed 1.44."""
    assert round_to(Decimal("2.50") / Decimal("173.00") * 100, 2) == Decimal("1.45")


def test_zero_has_no_sign() -> None:
    assert plain(round_to(Decimal("-0.001"), 2)) == "0.00"


def test_more_than_28_digits_are_kept_whatever_the_callers_context() -> None:
    value = Decimal("123456789012345678901234567890.12345678")
    with localcontext() as context:
        context.prec = 5
        assert plain(round_to(value, 8)) == "123456789012345678901234567890.12345678"
        assert getcontext().prec == 5


def test_a_product_of_the_largest_quantity_and_price_is_exact() -> None:
    """(10^12 − 10^−8)² is 10^24 − 2·10^4 + 10^−16."""
    largest = Decimal("999999999999.99999999")
    product = EXACT.multiply(largest, largest)
    assert plain(product) == "999999999999999999980000.0000000000000001"


@pytest.mark.parametrize(
    ("value", "least", "expected"),
    [
        ("175.50000000", 2, "175.50"),
        ("0.96100000", 2, "0.961"),
        ("1E+2", 2, "100.00"),
        ("100.00000000", 0, "100"),
        ("0E-8", 2, "0.00"),
        ("0.00000001", 2, "0.00000001"),
        ("-7.10", 2, "-7.10"),
    ],
)
def test_a_price_has_two_decimals_and_more_only_where_they_say_something(
    value: str, least: int, expected: str
) -> None:
    assert trimmed(Decimal(value), least) == expected


def test_plain_notation_has_no_exponent() -> None:
    assert plain(Decimal("1E-8")) == "0.00000001"
    assert plain(Decimal("5E+3")) == "5000"


def test_currencies_are_those_of_iso_4217() -> None:
    assert [minor_unit(code) for code in ("USD", "JPY", "KWD", "UYW")] == [2, 0, 3, 4]
    unknown = ("GBX", "GBp", "XXX", "usd", "BTC", "DEM", "")
    assert not any(is_currency(code) for code in unknown)
