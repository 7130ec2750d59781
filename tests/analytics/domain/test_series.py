from datetime import date
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.series import (
    EMPTY,
    Series,
    are_stale,
    decimal,
    split_adjusted,
    window,
)
from shared.finance.days import oldest_fresh
from tests.analytics.domain.build import calendar, dated, day, floats, series, weekdays


def test_the_last_value_on_or_before_a_day_is_the_value_of_that_day() -> None:
    closes = dated(d20240105=10.0, d20240108=11.0)
    values, dates = closes.as_of(calendar(5, "2024-01-04"))
    np.testing.assert_array_equal(values, [np.nan, 10.0, 10.0, 10.0, 11.0])
    assert dates[3] == day("2024-01-05")
    assert np.isnat(dates[0])


def test_points_may_come_in_any_order_and_the_last_of_a_day_stays() -> None:
    points = [("2024-01-03", 3.0), ("2024-01-02", 1.0), ("2024-01-02", 2.0)]
    built = Series.of((date.fromisoformat(text), value) for text, value in points)
    np.testing.assert_array_equal(built.values, [2.0, 3.0])


def test_an_empty_series_knows_nothing() -> None:
    assert np.isnan(EMPTY.as_of(calendar(2)).values).all()


def test_closes_before_a_split_are_divided_by_its_ratio() -> None:
    # 4:1 on the third day: 400, 404 before it are 100, 101 in the shares of today.
    closes = series("2024-01-01", 400.0, 404.0, 102.0, 103.0)
    adjusted = split_adjusted(closes, dated(d20240103=4.0))
    np.testing.assert_array_equal(adjusted.values, [100.0, 101.0, 102.0, 103.0])
    np.testing.assert_array_equal(closes.values, [400.0, 404.0, 102.0, 103.0])


def test_two_reverse_splits_compound() -> None:
    # Reverse 1:5 and 1:4 later: the 10 of 2008 stands at 200 in the shares that are left.
    closes = dated(d20080102=10.0, d20100104=60.0, d20120102=250.0)
    splits = dated(d20090601=0.2, d20110601=0.25)
    np.testing.assert_allclose(split_adjusted(closes, splits).values, [200.0, 240.0, 250.0])


def test_a_window_runs_from_the_last_day_on_or_before_its_start() -> None:
    days = weekdays(10, "2024-01-01")
    assert window(days, day("2024-01-06"), day("2024-01-10")) == (4, 7)
    assert window(days, day("2024-01-02"), day("2024-01-14")) == (1, 9)


def test_a_window_that_starts_before_the_history_starts_with_it() -> None:
    assert window(weekdays(3), day("2023-06-01"), day("2024-01-02")) == (0, 1)


def test_a_window_before_the_first_day_is_empty() -> None:
    assert window(weekdays(3), day("2023-06-01"), day("2023-12-31")) is None
    assert window(EMPTY.days, day("2023-06-01"), day("2023-12-31")) is None


def test_a_part_includes_both_its_ends() -> None:
    part = series("2024-01-01", 1.0, 2.0, 3.0, 4.0).between(day("2024-01-02"), day("2024-01-03"))
    np.testing.assert_array_equal(part.values, floats(2.0, 3.0))


def test_a_float_becomes_the_decimal_that_it_prints_as() -> None:
    assert decimal(0.1) == Decimal("0.1")


@given(st.dates(date(1999, 12, 20), date(2000, 3, 10)), st.integers(0, 20))
def test_what_is_stale_is_older_than_the_oldest_fresh_day(when: date, age: int) -> None:
    priced = np.datetime64(when) - age
    assert bool(are_stale(priced, np.datetime64(when))) == (priced.item() < oldest_fresh(when))
