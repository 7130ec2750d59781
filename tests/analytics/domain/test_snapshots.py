import numpy as np
import pytest

from services.analytics.domain.fx import Rates
from services.analytics.domain.performance import measure_portfolio
from services.analytics.domain.series import EMPTY, Series
from services.analytics.domain.snapshots import (
    Curve,
    Interval,
    draw_curve,
    take_snapshots,
)
from services.analytics.domain.track import Request
from services.analytics.domain.valuation import Books, value_portfolio
from shared.finance.entries import EntryType
from shared.finance.lots import CostMethod
from tests.analytics.domain.build import calendar, day, entry, ledger, series, usd, weekdays

T = EntryType
AVERAGE = CostMethod.AVERAGE

BOOKS = Books(
    ledger(
        entry("2024-01-01", T.DEPOSIT, cash=1000.0),
        entry("2024-01-01", T.BUY, asset=1, quantity=10, cash=-500.0),
        entry("2024-01-02", T.DEPOSIT, cash=100.0),
        entry("2024-01-03", T.SELL, asset=1, quantity=10, cash=600.0),
        entry("2024-01-03", T.WITHDRAWAL, cash=-700.0),
    ),
    {1: usd(series("2024-01-01", 50, 55, 60))},
    Rates({}),
    "USD",
)


def curve(books: Books, benchmark: Series | None = None, **options: object) -> Curve:
    found = draw_curve(value_portfolio(books), books, AVERAGE, benchmark=benchmark, **options)  # type: ignore[arg-type]  # named as they are
    assert found is not None
    return found


def held(closes: Series) -> Books:
    """One unit, bought on its first day."""
    first = str(closes.days[0])
    row = entry(first, T.BUY, asset=1, quantity=1, cash=-float(closes.values[0]))
    return Books(ledger(row), {1: usd(closes)}, Rates({}), "USD")


def test_a_snapshot_has_value_cost_cash_flow_and_count_of_its_day() -> None:
    found = take_snapshots(value_portfolio(BOOKS), BOOKS, AVERAGE)
    np.testing.assert_array_equal(found.values, [1000.0, 1150.0, 500.0])
    np.testing.assert_array_equal(found.cost_basis, [500.0, 500.0, 0.0])
    np.testing.assert_array_equal(found.cash, [500.0, 600.0, 500.0])
    np.testing.assert_array_equal(found.net_flows, [1000.0, 100.0, -700.0])
    np.testing.assert_array_equal(found.position_counts, [1, 1, 0])


def test_a_curve_links_the_returns_between_the_flows() -> None:
    # (1150) / (1000 + 100), then (500 + 700) / 1150.
    found = curve(BOOKS)
    expected = [0.0, 1150 / 1100 - 1, 1150 / 1100 * 1200 / 1150 - 1]
    np.testing.assert_allclose(found.returns, expected)
    np.testing.assert_array_equal(found.net_flows, [1000.0, 100.0, -700.0])
    assert found.benchmark_returns is None


def test_a_curve_ends_where_the_metrics_do() -> None:
    valuation = value_portfolio(BOOKS)
    total = measure_portfolio(valuation, BOOKS, Request()).growth.total_return
    assert curve(BOOKS).returns[-1] == pytest.approx(total)


def test_weekly_points_are_the_last_of_each_week_and_the_first_of_all() -> None:
    found = curve(held(Series(weekdays(12), np.arange(100.0, 112.0))), interval=Interval.WEEKLY)
    # Mondays to Fridays from 1 January on; the third week has two days so far.
    assert [str(each) for each in found.days] == [
        "2024-01-01",
        "2024-01-05",
        "2024-01-12",
        "2024-01-16",
    ]
    np.testing.assert_allclose(found.returns, [0.0, 0.04, 0.09, 0.11])


def test_a_week_ends_on_sunday() -> None:
    found = curve(held(Series(calendar(9), np.arange(100.0, 109.0))), interval=Interval.WEEKLY)
    assert [str(each) for each in found.days] == ["2024-01-01", "2024-01-07", "2024-01-09"]


def test_a_week_runs_over_new_year_and_a_month_does_not() -> None:
    books = held(Series(weekdays(5, "2024-12-30"), np.arange(100.0, 105.0)))
    weekly = curve(books, interval=Interval.WEEKLY)
    monthly = curve(books, interval=Interval.MONTHLY)
    assert [str(each) for each in weekly.days] == ["2024-12-30", "2025-01-03"]
    assert [str(each) for each in monthly.days] == ["2024-12-30", "2024-12-31", "2025-01-03"]


def test_flows_between_two_points_stand_at_the_later_one() -> None:
    found = curve(BOOKS, interval=Interval.MONTHLY)
    np.testing.assert_array_equal(found.net_flows, [1000.0, -600.0])
    assert found.returns[-1] == curve(BOOKS).returns[-1]


def test_returns_start_at_the_last_value_on_or_before_the_window() -> None:
    closes = series("2024-01-01", 10, 20, 30, 40, 50, 60)
    found = curve(held(closes), start=day("2024-01-06"), end=day("2024-01-08"))
    assert [str(each) for each in found.days] == ["2024-01-05", "2024-01-08"]
    np.testing.assert_allclose(found.returns, [0.0, 0.2])


def test_the_benchmark_starts_at_nothing_on_the_first_day() -> None:
    benchmark = Series(weekdays(3, "2023-12-29"), np.array([4.0, 5.0, 6.0]))
    found = curve(held(series("2024-01-01", 10, 11, 12)), benchmark)
    assert found.benchmark_returns is not None
    np.testing.assert_allclose(found.benchmark_returns, [0.0, 0.2, 0.2])


def test_a_benchmark_that_starts_later_is_not_known() -> None:
    found = curve(held(series("2024-01-01", 10, 11)), series("2024-01-02", 5, 6))
    assert found.benchmark_returns is not None
    assert np.isnan(found.benchmark_returns).all()


def test_days_without_a_value_are_no_points() -> None:
    books = BOOKS._replace(assets={1: usd(series("2024-01-02", 55, 60))})
    valuation = value_portfolio(books)
    assert [str(each) for each in curve(books).days] == ["2024-01-02", "2024-01-03"]
    assert draw_curve(valuation, books, AVERAGE, end=day("2020-01-01")) is None


def test_without_any_value_there_is_no_curve() -> None:
    books = BOOKS._replace(assets={1: usd(EMPTY)})
    empty = books._replace(ledger=ledger())
    assert draw_curve(value_portfolio(empty), empty, AVERAGE) is None
