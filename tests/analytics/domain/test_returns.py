import numpy as np
import pytest

from services.analytics.domain import returns
from tests.analytics.domain.build import day, floats


def dates(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


def test_inflows_come_before_and_outflows_after_the_day() -> None:
    # (120 + 0) / (100 + 10) and (60 + 66) / 120: 9.0909 % and 5 %.
    daily = returns.time_weighted(floats(100, 120, 60), floats(7, 10, 0), floats(9, 0, 66))
    np.testing.assert_allclose(daily, [120 / 110 - 1, 0.05], rtol=1e-15)


def test_a_day_with_nothing_invested_has_no_return() -> None:
    daily = returns.time_weighted(floats(100, 0, 0, 51), floats(0, 0, 0, 50), floats(0, 100, 0, 0))
    np.testing.assert_allclose(daily, [0.0, np.nan, 0.02])


def test_nothing_is_linked_with_the_return_of_a_debt() -> None:
    daily = returns.time_weighted(floats(10, -5, 10, 11), floats(*[0] * 4), floats(0, 20, 0, 0))
    np.testing.assert_allclose(daily, [0.5, -np.inf, 0.1])
    assert np.isnan(returns.total(daily))
    np.testing.assert_array_equal(returns.growth_index(daily), [1.0, 1.5, np.nan, np.nan])


def test_returns_are_linked_over_stretches_that_follow_one_another() -> None:
    daily = floats(0.5, np.nan, 1.0, np.nan, -0.5)
    starts, stops = np.array([0, 2, 2, 3, 4]), np.array([2, 2, 3, 4, 5])
    np.testing.assert_allclose(returns.linked(daily, starts, stops), [0.5, 0.0, 1.0, np.nan, -0.5])
    none = np.array([], dtype=np.intp)
    assert returns.linked(daily, none, none).size == 0


def test_the_time_weighted_return_links_the_days_that_have_one() -> None:
    # CFA Institute, Level I quantitative methods, time-weighted example: two periods of 15 % and
    # 6.67 %, (1.15)(1.0667) − 1 = 22.67 %: bought at 200, 225 + 5 dividend, second share at 225,
    # two shares sold at 235 with 10 of dividends.
    daily = returns.time_weighted(floats(200, 225, 0), floats(0, 0, 225), floats(0, 5, 480))
    np.testing.assert_allclose(daily, [0.15, 480 / 450 - 1], rtol=1e-15)
    assert returns.total(daily) == pytest.approx(0.226667, abs=5e-7)


def test_the_index_starts_at_one_and_is_flat_over_a_skipped_day() -> None:
    np.testing.assert_allclose(
        returns.growth_index(floats(0.1, np.nan, -0.5)), [1.0, 1.1, 1.1, 0.55]
    )


def test_nothing_is_linked_with_more_than_a_total_loss() -> None:
    # 100 less 300, 300 put in, 100 less 400: factors −2, 1 and −3 would make 6.
    daily = returns.time_weighted(
        floats(100, -200, 100, -300), floats(100, 0, 300, 0), floats(0, 0, 0, 0)
    )
    np.testing.assert_allclose(daily, [-3.0, 0.0, -4.0])
    assert np.isnan(returns.total(daily))
    np.testing.assert_array_equal(returns.growth_index(daily), [1.0, np.nan, np.nan, np.nan])
    assert returns.total(floats(0.5, -1.0, 0.5)) == -1.0  # all was lost, and no more


@pytest.mark.parametrize(
    ("total", "days", "expected"),
    [(0.21, 730, 0.1), (0.1, 365, 0.1), (-1.0, 730, -1.0)],
)
def test_a_return_is_annualised_over_365_days(total: float, days: int, expected: float) -> None:
    assert returns.annualised(total, days) == pytest.approx(expected, rel=1e-12)


def test_more_than_a_total_loss_has_no_annual_rate() -> None:
    assert np.isnan(returns.annualised(-1.2, 730))
    assert np.isnan(returns.annualised(0.1, 0))


def test_what_no_float_holds_has_no_annual_rate() -> None:
    assert np.isnan(returns.annualised(1e308, 364))
    assert np.isnan(returns.annualised(9.0, 1))


@pytest.mark.parametrize(
    ("days", "start", "end", "expected"),
    [
        (365, "2021-03-01", "2022-03-01", True),
        (364, "2021-03-01", "2022-02-28", False),
        (364, "2023-01-01", "2023-12-31", True),
        (364, "2022-12-31", "2023-12-31", True),
        (364, "2023-01-02", "2023-12-31", False),
        (300, "2023-01-01", "2023-12-31", False),
        (90, "2023-01-01", "2023-03-31", False),
    ],
)
def test_only_a_year_or_a_calendar_year_is_annualised(
    days: int, start: str, end: str, expected: bool
) -> None:
    assert returns.counts_as_year(days, day(start), day(end)) is expected


def test_xirr_equals_microsofts_example() -> None:
    # support.microsoft.com, XIRR function: 0.373362535 (37.34 %).
    days = dates("2008-01-01", "2008-03-01", "2008-10-30", "2009-02-15", "2009-04-01")
    assert returns.xirr(days, floats(-10000, 2750, 4250, 3250, 2750)) == pytest.approx(
        0.373362535, abs=5e-9
    )


def test_xirr_equals_the_cfa_money_weighted_example() -> None:
    # CFA Level I: −200 now, −220 after one year (225 paid, 5 received), +480 after two: 9.39 %.
    days = dates("2021-01-01", "2022-01-01", "2023-01-01")
    assert returns.xirr(days, floats(-200, -220, 480)) == pytest.approx(0.0939, abs=5e-5)


def test_xirr_finds_a_deep_loss() -> None:
    # 100 becomes 1 in a year: −99 %.
    assert returns.xirr(dates("2023-01-01", "2024-01-01"), floats(-100, 1)) == pytest.approx(-0.99)


def test_xirr_of_money_that_came_back_is_zero() -> None:
    assert returns.xirr(dates("2023-01-01", "2023-07-01"), floats(-100, 100)) == 0.0


def test_xirr_of_a_century_does_not_overflow() -> None:
    days = dates("1924-01-01", "2024-01-01")
    assert returns.xirr(days, floats(-1, 100)) == pytest.approx(100 ** (365 / 36525) - 1)
    assert returns.xirr(days, floats(-100, 1)) == pytest.approx(0.01 ** (365 / 36525) - 1)


def test_of_two_rates_the_one_nearer_to_zero_counts() -> None:
    # −1000, +2550, −1575 a year apart: (1+r) = 1.05 and 1.5.
    days = dates("2021-01-01", "2022-01-01", "2023-01-01")
    assert returns.xirr(days, floats(-1000, 2550, -1575)) == pytest.approx(0.05)


def test_money_that_goes_one_way_only_has_no_rate() -> None:
    days = dates("2023-01-01", "2023-07-01")
    assert np.isnan(returns.xirr(days, floats(-100, -100)))
    assert not returns.changes_sign(floats(100, 0))


def test_flows_that_no_rate_explains_have_none() -> None:
    # 100 − 200/(1+r) + 150/(1+r)² is positive for every rate.
    days = dates("2021-01-01", "2022-01-01", "2023-01-01")
    assert np.isnan(returns.xirr(days, floats(100, -200, 150)))


def test_money_in_and_out_on_one_day_has_no_rate() -> None:
    assert np.isnan(returns.xirr(dates("2023-01-01", "2023-01-01"), floats(-100, 110)))


def test_simple_returns_stop_at_a_worthless_level() -> None:
    np.testing.assert_allclose(returns.simple(floats(10, 5, 0, 4)), [-0.5, -1.0, np.nan])


def test_what_rounding_leaves_of_a_paid_debt_is_nothing_to_divide_by() -> None:
    owed = 0.1 + 0.2 - 0.6  # −0.29999999999999993, and 0.3 − that much is no zero
    daily = returns.time_weighted(floats(1, owed, 5), floats(0, 0, 0.3), floats(0, 2, 0))
    assert np.isnan(daily[1])
