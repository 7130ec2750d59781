import copy
import dataclasses
import math

import numpy as np
import pytest

from services.analytics.domain.codes import MESSAGES, Code
from services.analytics.domain.fx import Rates
from services.analytics.domain.metrics import Metrics
from services.analytics.domain.performance import (
    common_returns,
    measure,
    measure_portfolio,
)
from services.analytics.domain.series import EMPTY, Series
from services.analytics.domain.track import Request, Track
from services.analytics.domain.valuation import Books, Quotes, value_portfolio
from shared.finance.entries import EntryType
from tests.analytics.domain.build import (
    calendar,
    dated,
    day,
    entry,
    floats,
    ledger,
    series,
    usd,
    weekdays,
)

ALWAYS = Request(day("1900-01-01"), day("2100-01-01"))


def unit(closes: Series) -> Track:
    return Track.of_unit(usd(closes))


def flowing(values: list[float], inflows: list[float], outflows: list[float]) -> Track:
    """A track on weekdays, whose first is the base."""
    days, worth, into, out = weekdays(len(values)), floats(*values), floats(*inflows), outflows
    return Track(days, worth, into, floats(*out), worth, Series(days, floats(*out) - into))


def reasons(metrics: Metrics) -> dict[str, Code]:
    return {warning.field: warning.code for warning in metrics.warnings}


def test_the_window_is_what_the_valuations_make_of_it() -> None:
    closes = series("2024-01-01", *range(100, 120))
    asked = Request(day("2024-01-06"), day("2024-01-14"))
    window = measure(unit(closes), asked).window
    assert window.start_date == day("2024-01-05")
    assert window.end_date == day("2024-01-12")
    assert (window.days_analyzed, window.observations) == (7, 5)


def test_a_unit_that_doubles_in_two_years() -> None:
    metrics = measure(unit(dated(d20220103=50.0, d20230103=40.0, d20240103=100.0)), ALWAYS)
    assert metrics.growth.total_return == pytest.approx(1.0)
    assert metrics.growth.annualized_return == pytest.approx(math.sqrt(2) - 1)
    assert metrics.growth.money_weighted_return == pytest.approx(math.sqrt(2) - 1)
    assert metrics.drawdown.max_drawdown == pytest.approx(-0.2)
    assert metrics.drawdown.calmar_ratio == pytest.approx((math.sqrt(2) - 1) / 0.2)
    assert metrics.drawdown.max_drawdown_peak == day("2022-01-03")
    assert metrics.drawdown.max_drawdown_trough == day("2023-01-03")
    assert metrics.drawdown.max_drawdown_recovery == day("2024-01-03")


def test_value_at_risk_is_money_of_the_last_value() -> None:
    # Returns −4, −2, 1, 3 %: the 5 % quantile is −3.7 %, of 97.9319 (100·0.96·0.98·1.01·1.03).
    levels = floats(*np.cumprod([100.0, 1.03, 0.98, 1.01, 0.96]))
    dispersion = measure(unit(Series(weekdays(5), levels)), ALWAYS).dispersion
    assert dispersion.var_95_percentage == pytest.approx(-0.037)
    assert dispersion.var_95 == pytest.approx(-0.037 * levels[-1])
    assert dispersion.cvar_95 == pytest.approx(-0.04 * levels[-1])


def test_a_split_adjusted_unit_risks_its_close_as_traded() -> None:
    # 2:1 on the fourth day.
    traded = Series(weekdays(4), floats(100, 104, 102, 51))
    split = Quotes("ACME", "USD", traded, Series(traded.days[3:], floats(2.0)))
    dispersion = measure(Track.of_unit(split), Request(end=traded.days[2])).dispersion
    assert dispersion.var_95 is not None
    assert dispersion.var_95_percentage is not None
    assert dispersion.var_95 == pytest.approx(dispersion.var_95_percentage * 102)


def test_what_no_float_could_hold_in_a_year_is_not_annualised() -> None:
    metrics = measure(unit(series("2024-01-02", 1.0, 10.0)), ALWAYS)
    assert metrics.growth.total_return == pytest.approx(9.0)
    assert metrics.growth.annualized_return is None


def test_a_period_under_a_year_is_not_annualised() -> None:
    metrics = measure(unit(series("2024-01-01", 100.0, 90.0, 110.0)), ALWAYS)
    assert metrics.growth.annualized_return is None
    assert metrics.drawdown.calmar_ratio is None
    assert reasons(metrics)["annualized_return"] == Code.PERIOD_UNDER_ONE_YEAR
    assert reasons(metrics)["calmar_ratio"] == Code.PERIOD_UNDER_ONE_YEAR


def test_a_calendar_year_of_364_days_is_annualised() -> None:
    closes = dated(d20221230=100.0, d20230630=90.0, d20231229=110.0)
    metrics = measure(unit(closes), Request(day("2023-01-01"), day("2023-12-31")))
    assert metrics.window.days_analyzed == 364
    assert metrics.growth.annualized_return == pytest.approx(1.1 ** (365 / 364) - 1)


def test_one_price_has_no_returns_and_says_so() -> None:
    metrics = measure(unit(series("2024-01-01", 100.0)), ALWAYS)
    assert metrics.growth.total_return is None
    assert metrics.window.observations == 0
    assert set(_nulls(metrics)) <= set(reasons(metrics))
    assert reasons(metrics)["volatility"] == Code.NO_RETURNS


def test_two_prices_have_a_return_and_no_dispersion() -> None:
    metrics = measure(unit(series("2024-01-01", 100.0, 99.0)), ALWAYS)
    assert metrics.growth.total_return == pytest.approx(-0.01)
    assert metrics.drawdown.max_drawdown == pytest.approx(-0.01)
    assert metrics.dispersion.volatility is None
    assert reasons(metrics)["volatility"] == Code.INSUFFICIENT_OBSERVATIONS


def test_a_window_before_the_first_day_has_nothing() -> None:
    metrics = measure(
        unit(series("2024-01-01", 1.0, 2.0)), Request(day("2020-01-01"), day("2020-12-31"))
    )
    assert metrics.window.start_date is None
    assert {warning.code for warning in metrics.warnings} == {Code.NO_VALUATION}
    assert set(_nulls(metrics)) <= set(reasons(metrics))
    assert measure(unit(EMPTY), ALWAYS).warnings == metrics.warnings


def test_a_window_that_starts_before_the_history_says_where_it_starts() -> None:
    metrics = measure(unit(series("2024-01-01", 1.0, 2.0)), ALWAYS)
    assert reasons(metrics)["start_date"] == Code.HISTORY_STARTS_LATER


def test_flat_prices_have_no_ratios() -> None:
    metrics = measure(unit(Series(calendar(400), np.full(400, 7.0))), ALWAYS)
    assert metrics.growth.total_return == 0.0
    assert metrics.growth.annualized_return == 0.0
    assert metrics.dispersion.volatility == 0.0
    assert metrics.drawdown.max_drawdown == 0.0
    found = reasons(metrics)
    assert metrics.dispersion.sharpe_ratio is None
    assert found["sharpe_ratio"] == Code.ZERO_DISPERSION
    assert found["sortino_ratio"] == Code.NO_DOWNSIDE
    assert found["calmar_ratio"] == Code.NO_DRAWDOWN
    assert found["max_drawdown_peak"] == Code.NO_DRAWDOWN


def test_a_fall_without_recovery_says_so() -> None:
    metrics = measure(unit(series("2024-01-01", 100.0, 90.0, 95.0)), ALWAYS)
    assert metrics.drawdown.max_drawdown_trough == day("2024-01-02")
    assert metrics.drawdown.max_drawdown_recovery is None
    assert reasons(metrics)["max_drawdown_recovery"] == Code.NOT_RECOVERED


def test_a_portfolio_emptied_half_way_skips_the_empty_days() -> None:
    # +10 %, then all of it leaves; two days later 50 come in and gain 2 %: 1.1 · 1.02.
    metrics = measure(flowing([100, 110, 0, 0, 51], [100, 0, 0, 0, 50], [0, 0, 110, 0, 0]), ALWAYS)
    assert metrics.growth.total_return == pytest.approx(1.1 * 1.02 - 1)
    assert metrics.window.observations == 3
    assert reasons(metrics)["total_return"] == Code.ZERO_DENOMINATOR


def test_a_portfolio_that_lost_everything_has_no_money_weighted_return() -> None:
    metrics = measure(flowing([100, 50, 0], [100, 0, 0], [0, 0, 0]), ALWAYS)
    assert metrics.growth.total_return == -1.0
    assert metrics.growth.money_weighted_return is None
    assert reasons(metrics)["money_weighted_return"] == Code.NO_SIGN_CHANGE


def test_money_weighted_counts_when_money_came_in() -> None:
    # 100 for a year without gain, 100 more, then 220 after the second: 100x² + 100x = 220.
    days = np.array(["2021-01-01", "2022-01-01", "2023-01-01"], dtype="datetime64[D]")
    values = floats(100, 200, 220)
    flows = Series(days, floats(0, -100, 0))
    track = Track(days, values, floats(100, 100, 0), floats(0, 0, 0), values, flows)
    growth = measure(track, ALWAYS).growth
    assert growth.total_return == pytest.approx(0.1)
    assert growth.money_weighted_return == pytest.approx((-1 + math.sqrt(9.8)) / 2 - 1)


def test_without_a_benchmark_nothing_is_measured_against_it() -> None:
    metrics = measure(unit(series("2024-01-01", 1.0, 2.0, 1.5)), ALWAYS)
    assert metrics.relative.beta is None
    assert reasons(metrics)["beta"] == Code.NO_BENCHMARK


def test_a_series_against_itself_has_beta_one_and_alpha_zero() -> None:
    closes = Series(weekdays(50), 100 + np.sin(np.arange(50.0)))
    relative = measure(unit(closes), ALWAYS, closes).relative
    assert (relative.beta, relative.alpha, relative.r_squared) == (1.0, 0.0, 1.0)
    assert relative.tracking_error == 0.0
    assert relative.information_ratio is None


def test_a_benchmark_without_common_days_says_so() -> None:
    closes = series("2024-01-01", 1.0, 2.0, 1.5)
    metrics = measure(unit(closes), ALWAYS, series("2023-01-02", 5.0, 6.0, 7.0))
    assert metrics.relative.beta is None
    assert reasons(metrics)["beta"] == Code.NO_COMMON_DAYS


def test_days_are_joined_and_never_filled() -> None:
    # The benchmark has no Tuesday: both run from Monday to Wednesday.
    closes = dated(d20240101=100.0, d20240102=110.0, d20240103=121.0, d20240104=115.0)
    benchmark = dated(d20240101=10.0, d20240103=11.0, d20240104=12.1, d20240105=13.0)
    daily = closes.values[1:] / closes.values[:-1] - 1
    own, market, _ = common_returns(closes.days, daily, benchmark)
    np.testing.assert_allclose(own, [0.21, 115 / 121 - 1])
    np.testing.assert_allclose(market, [0.1, 0.1])


def test_a_stretch_with_a_skipped_day_is_not_compared() -> None:
    days = weekdays(4)
    own, market, _ = common_returns(
        days, floats(0.1, np.nan, 0.3), Series(days, floats(1.0, 2.0, 3.0, 4.0))
    )
    np.testing.assert_allclose(own, [0.1, 0.3])
    np.testing.assert_allclose(market, [1.0, 1 / 3])


def test_a_stretch_over_more_than_a_total_loss_is_not_compared() -> None:
    # The benchmark has no second day; factors −2 and −3 would link to a gain of 500 %.
    own, market, _ = common_returns(
        weekdays(5), floats(-3.0, -4.0, 0.1, 0.2), dated(d20240101=1, d20240103=2, d20240105=3)
    )
    np.testing.assert_allclose(own, [1.1 * 1.2 - 1])
    np.testing.assert_allclose(market, [0.5])


def _bought(*symbols_and_closes: tuple[str, Series]) -> Books:
    """One unit of each, bought on 1 January 2024 for 10."""
    book = ledger(
        *(
            entry("2024-01-01", EntryType.BUY, asset=asset, quantity=1, cash=-10.0)
            for asset in range(1, len(symbols_and_closes) + 1)
        )
    )
    quotes = {
        asset: Quotes(symbol, "USD", closes)
        for asset, (symbol, closes) in enumerate(symbols_and_closes, start=1)
    }
    return Books(book, quotes, Rates({}), "USD")


def test_a_portfolio_is_measured_from_its_first_day_by_default() -> None:
    books = _bought(("ACME", series("2024-01-01", 10.0, 11.0, 12.0)))
    metrics = measure_portfolio(value_portfolio(books), books, Request())
    assert metrics.window.start_date == day("2024-01-01")
    assert metrics.growth.total_return == pytest.approx(0.2)
    assert Code.HISTORY_STARTS_LATER not in reasons(metrics).values()


def test_while_a_holding_has_no_price_nothing_is_known() -> None:
    books = _bought(("ACME", series("2024-01-01", 10.0, 11.0)), ("HOUSE", EMPTY))
    metrics = measure_portfolio(value_portfolio(books), books, Request())
    assert metrics.growth.total_return is None
    assert metrics.dispersion.var_95 is None
    assert metrics.warnings[0].code == Code.PRICE_MISSING
    assert "HOUSE" in metrics.warnings[0].message


def test_flows_before_all_has_a_price_count_with_the_first_known_day() -> None:
    late = dated(d20240102=20.0, d20240103=22.0)
    books = _bought(("ACME", series("2024-01-01", 10.0, 10.0, 10.0)), ("LATE", late))
    metrics = measure_portfolio(value_portfolio(books), books, Request())
    assert metrics.window.start_date == day("2024-01-01")
    assert metrics.growth.total_return == pytest.approx(32 / 20 - 1)
    # What leads to the first known day is none of its own, but part of that into the third.
    assert metrics.window.observations == 1
    assert metrics.warnings[0].code == Code.PRICE_MISSING


def test_an_empty_portfolio_has_no_figures() -> None:
    books = _bought()
    metrics = measure_portfolio(value_portfolio(books), books, Request())
    assert {warning.code for warning in metrics.warnings} == {Code.NO_VALUATION}


def test_measuring_changes_none_of_its_inputs() -> None:
    track = flowing([100, 110, 0, 0, 51], [100, 0, 0, 0, 50], [0, 0, 110, 0, 0])
    benchmark = Series(weekdays(5), floats(1, 2, 3, 2, 1))
    arrays = [track.values, track.inflows, track.outflows, benchmark.values]
    before = copy.deepcopy(arrays)
    measure(track, ALWAYS, benchmark)
    for then, now in zip(before, arrays, strict=True):
        np.testing.assert_array_equal(then, now)


def test_every_code_has_its_message() -> None:
    assert set(MESSAGES) == set(Code)


def _nulls(metrics: Metrics) -> list[str]:
    groups = (metrics.growth, metrics.dispersion, metrics.drawdown, metrics.relative)
    return [
        name
        for group in groups
        for name, value in dataclasses.asdict(group).items()
        if value is None
    ]
