from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.fx import Rates
from services.analytics.domain.series import Series
from shared.finance.rates import find_rate
from tests.analytics.domain.build import calendar, dated, day

ECB = {  # units for one euro
    "EURUSD": dated(d20240102=1.0956, d20240104=1.0953),
    "EURGBP": dated(d20240102=0.8665),
    "EURJPY": dated(d20240103=156.16),
}


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("EUR", "USD", 1.0956),
        ("USD", "EUR", 1 / 1.0956),
        ("GBP", "USD", 1.0956 / 0.8665),
        ("JPY", "JPY", 1.0),
    ],
)
def test_a_rate_is_direct_inverse_or_crossed(source: str, target: str, expected: float) -> None:
    values, dates = Rates(ECB).between(source, target, calendar(1, "2024-01-02"))
    assert values[0] == pytest.approx(expected, rel=1e-15)
    assert dates[0] == day("2024-01-02")


def test_the_last_rate_on_or_before_the_day_counts() -> None:
    values, dates = Rates(ECB).between("EUR", "USD", calendar(3, "2024-01-02"))
    np.testing.assert_array_equal(values, [1.0956, 1.0956, 1.0953])
    assert dates[1] == day("2024-01-02")


def test_a_cross_is_as_old_as_its_older_leg() -> None:
    _, dates = Rates(ECB).between("GBP", "USD", calendar(1, "2024-01-04"))
    assert dates[0] == day("2024-01-02")


def test_a_cross_goes_through_the_dollar_where_the_euro_knows_nothing() -> None:
    pairs: dict[str, Series] = {"USDBRL": dated(d20240102=4.9), "USDCLP": dated(d20240102=882.0)}
    values, _ = Rates(pairs).between("BRL", "CLP", calendar(1, "2024-01-02"))
    assert values[0] == pytest.approx(180.0)


def test_a_missing_rate_is_unknown_and_never_one() -> None:
    values, dates = Rates(ECB).between("JPY", "USD", calendar(2, "2024-01-02"))
    assert np.isnan(values[0])
    assert np.isnat(dates[0])
    assert values[1] == pytest.approx(1.0956 / 156.16)
    assert np.isnan(Rates(ECB).between("XAU", "USD", calendar(1, "2024-01-02")).values).all()


CURRENCIES = ["EUR", "USD", "GBP", "CHF"]
SYMBOLS = [near + far for near in CURRENCIES for far in CURRENCIES if near != far]
FIRST = date(2024, 1, 1)
# Day of the history → close.
histories = st.dictionaries(st.integers(0, 9), st.decimals("0.01", "200", places=4), max_size=4)


@given(
    st.dictionaries(st.sampled_from(SYMBOLS), histories),
    st.sampled_from(CURRENCIES),
    st.sampled_from(CURRENCIES),
)
def test_the_rates_of_many_days_are_those_of_each_day(
    pairs: dict[str, dict[int, Decimal]], source: str, target: str
) -> None:
    series = {
        symbol: Series.of((FIRST + timedelta(days=n), float(close)) for n, close in closes.items())
        for symbol, closes in pairs.items()
    }
    values, dates = Rates(series).between(source, target, calendar(10))
    for number in range(10):

        def last(symbol: str, until: int = number) -> tuple[Decimal, date] | None:
            closes = pairs.get(symbol, {})
            newest = max((n for n in closes if n <= until), default=None)
            return None if newest is None else (closes[newest], FIRST + timedelta(days=newest))

        rate = find_rate(source, target, last)
        if rate is None:
            assert np.isnan(values[number])
            assert np.isnat(dates[number])
        else:
            assert values[number] == pytest.approx(float(rate.value), rel=1e-12, abs=1e-12)
            assert dates[number] == (rate.day or FIRST + timedelta(days=number))
