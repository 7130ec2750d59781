"""Each formula against published tables or numbers worked out by hand."""

import math
from dataclasses import replace

import numpy as np

from services.analytics.domain.indicators import formulas
from tests.analytics.domain.indicators.build import bars, closes

NAN = math.nan

# StockCharts ChartSchool, moving averages: Intel, 10-day EMA seeded with the SMA.
INTEL = (
    22.27, 22.19, 22.08, 22.17, 22.18, 22.13, 22.23, 22.43, 22.24, 22.29, 22.15, 22.39, 22.38,
    22.61, 23.36, 24.05, 23.75, 23.83, 23.95, 23.63, 23.82, 23.87, 23.65, 23.19, 23.10, 23.33,
    22.68, 23.10, 22.40, 22.17,
)  # fmt: skip
INTEL_EMA = (
    22.22, 22.21, 22.24, 22.27, 22.33, 22.52, 22.80, 22.97, 23.13, 23.28, 23.34, 23.43, 23.51,
    23.53, 23.47, 23.40, 23.39, 23.26, 23.23, 23.08, 22.92,
)  # fmt: skip

# StockCharts ChartSchool, RSI: QQQ, 14 days.
QQQ = (
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826,
    45.8931, 46.0328, 45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439,
    46.2122, 46.2521, 45.7137, 46.4515, 45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672,
    43.4205, 42.6628, 43.1314,
)  # fmt: skip
QQQ_RSI = (
    70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42, 39.99,
    41.46, 41.87, 45.46, 37.30, 33.08, 37.77,
)  # fmt: skip

# StockCharts ChartSchool, ATR: QQQ, April 2010.
ATR_HIGH = (
    48.70, 48.72, 48.90, 48.87, 48.82, 49.05, 49.20, 49.35, 49.92, 50.19, 50.12, 49.66, 49.88,
    50.19, 50.36,
)  # fmt: skip
ATR_LOW = (
    47.79, 48.14, 48.39, 48.37, 48.24, 48.64, 48.94, 48.86, 49.50, 49.87, 49.20, 48.90, 49.43,
    49.73, 49.26,
)  # fmt: skip
ATR_CLOSE = (
    48.16, 48.61, 48.75, 48.63, 48.74, 49.03, 49.07, 49.32, 49.91, 50.13, 49.53, 49.50, 49.75,
    50.03, 50.31,
)  # fmt: skip


def test_sma_waits_for_its_first_window() -> None:
    np.testing.assert_allclose(formulas.sma(closes(1, 2, 6, 4), 3), [NAN, NAN, 3.0, 4.0])


def test_ema_equals_the_published_table() -> None:
    found = formulas.ema(closes(*INTEL), 10)
    assert np.isnan(found[:9]).all()
    np.testing.assert_allclose(found[9:], INTEL_EMA, atol=0.0051)


def test_wma_weighs_the_last_day_most() -> None:
    # (1·1 + 2·2 + 3·6) / 6 = 23/6; (2 + 12 + 12) / 6.
    np.testing.assert_allclose(formulas.wma(closes(1, 2, 6, 4), 3), [NAN, NAN, 23 / 6, 26 / 6])


def test_rsi_equals_the_published_table() -> None:
    found = formulas.rsi(closes(*QQQ), 14)
    assert np.isnan(found[:14]).all()
    np.testing.assert_allclose(found[14:], QQQ_RSI, atol=0.0051)


def test_rsi_of_a_rise_without_a_fall_is_100() -> None:
    np.testing.assert_array_equal(formulas.rsi(closes(1, 2, 3, 4), 2), [NAN, NAN, 100.0, 100.0])


def test_rsi_of_a_flat_series_is_not_defined() -> None:
    assert np.isnan(formulas.rsi(closes(*[7.1] * 40), 14)).all()


def test_rsi_stays_where_it_was_while_the_price_stands_still() -> None:
    # Seven rises of 2 and seven falls of 1, which then fade at the same rate for ever.
    moved = [10.0 + n // 2 + n % 2 * 2 for n in range(14)] + [17.0] * 900
    found = formulas.rsi(closes(*moved), 14)
    np.testing.assert_allclose(found[14:], 100 * 2 / 3, rtol=1e-9)


def test_macd_seeds_each_average_with_its_own_sma() -> None:
    # EMA 2 (α 2/3) of 1 2 4 7 11: 1.5, 19/6, 103/18, 499/54; EMA 3 (α 1/2): 7/3, 14/3, 47/6.
    # Differences from the third day on: 5/6, 19/18, 38/27; their EMA 2: 17/18, 203/162.
    found = formulas.macd(closes(1, 2, 4, 7, 11), 2, 3, 2)
    np.testing.assert_allclose(found["macd"], [NAN, NAN, 5 / 6, 19 / 18, 38 / 27])
    np.testing.assert_allclose(found["signal"], [NAN, NAN, NAN, 17 / 18, 17 / 54 + 76 / 81])
    np.testing.assert_allclose(found["histogram"], found["macd"] - found["signal"])


def test_bollinger_takes_the_population_deviation() -> None:
    # Mean of 2, 4, 4, 4, 5, 5, 7, 9 is 5, the population deviation exactly 2.
    found = formulas.bollinger(closes(2, 4, 4, 4, 5, 5, 7, 9), 8, 2.0)
    assert [found[name][-1] for name in ("upper", "middle", "lower")] == [9.0, 5.0, 1.0]


def test_atr_begins_with_the_true_range_of_the_second_day() -> None:
    # The published true ranges 0.58, 0.51, 0.50, 0.58, 0.41, 0.26, 0.49, 0.60, 0.32, 0.93, 0.76,
    # 0.45, 0.46 and 1.10 sum to 7.95; the first day has no close before it.
    found = formulas.atr(bars(ATR_HIGH, ATR_LOW, ATR_CLOSE), 14)
    assert np.isnan(found[:14]).all()
    np.testing.assert_allclose(found[14:], [7.95 / 14])


def test_adx_averages_the_difference_of_the_directions() -> None:
    # Up moves 2, 2, 1, 0; down moves −1, −2, 3, 2; true ranges 3, 3, 7, 9. With N = 2 and a first
    # day of 0 the sums are +DM 2, 3, 1.5, 0.75; −DM 0, 0, 3, 3.5; TR 3, 4.5, 9.25, 13.625:
    # DX 100, 100/3, 1100/17 from the third day on.
    found = formulas.adx(bars([10, 12, 14, 15, 15], [8, 9, 11, 8, 6], [9, 11, 12, 13, 12]), 2)
    np.testing.assert_allclose(found["plus_di"], [NAN, NAN, 200 / 3, 600 / 37, 600 / 109])
    np.testing.assert_allclose(found["minus_di"], [NAN, NAN, 0.0, 1200 / 37, 2800 / 109])
    np.testing.assert_allclose(found["adx"], [NAN, NAN, NAN, 200 / 3, (200 / 3 + 1100 / 17) / 2])


def test_equal_moves_up_and_down_have_no_direction() -> None:
    found = formulas.adx(bars([10, 12, 14], [8, 6, 4], [9, 9, 9]), 2)
    assert (found["plus_di"][-1], found["minus_di"][-1]) == (0.0, 0.0)


def test_days_inside_the_one_before_are_a_trend_of_nothing() -> None:
    found = formulas.adx(bars([10.0] * 5, [8.0] * 5, [9.0] * 5), 2)
    np.testing.assert_array_equal(found["adx"], [NAN, NAN, NAN, 0.0, 0.0])


def test_adx_of_a_flat_series_is_not_defined() -> None:
    found = formulas.adx(bars([5.0] * 60, [5.0] * 60, [5.0] * 60), 14)
    assert all(np.isnan(found[name]).all() for name in ("plus_di", "minus_di"))


def test_stochastic_smooths_the_place_in_the_range_twice() -> None:
    # Ranges of two days: 8–12, 9–14, 10–15; closes 11, 13, 11: 75 %, 80 %, 20 %.
    found = formulas.stochastic(bars([10, 12, 14, 15], [8, 9, 10, 11], [9, 11, 13, 11]), 2, 2, 2)
    np.testing.assert_allclose(found["k"], [NAN, NAN, 77.5, 50.0])
    np.testing.assert_allclose(found["d"], [NAN, NAN, NAN, 63.75])


def test_williams_r_is_the_place_in_the_range_from_above() -> None:
    found = formulas.williams_r(bars([10, 12, 14], [8, 9, 10], [9, 11, 13]), 2)
    np.testing.assert_allclose(found, [NAN, -25.0, -20.0])


def test_a_window_without_a_range_has_no_place_in_it_and_the_next_one_has() -> None:
    found = formulas.stochastic(bars([5, 5, 5, 7], [5, 5, 5, 5], [5, 5, 5, 6]), 2, 1, 1)
    np.testing.assert_allclose(found["k"], [NAN, NAN, NAN, 50.0])


def test_obv_starts_at_zero() -> None:
    found = formulas.obv(bars([0] * 4, [0] * 4, [10, 11, 11, 9], [500, 20, 30, 70]))
    np.testing.assert_array_equal(found, [0, 20, 20, -50])


def test_cci_divides_by_the_mean_absolute_deviation() -> None:
    # Typical prices 1, 2, 6: mean 3, mean deviation (2 + 1 + 3) / 3 = 2: 3 / (0.015 · 2).
    found = formulas.cci(bars([1, 2, 6], [1, 2, 6], [1, 2, 6]), 3)
    np.testing.assert_allclose(found, [NAN, NAN, 100.0])


def test_cci_of_a_price_that_stands_still_is_not_defined() -> None:
    still = [9.7] * 30  # whose mean of 20 is off by a rounding
    assert np.isnan(formulas.cci(bars(still, still, still), 20)).all()


def test_mfi_weighs_rises_and_falls_by_money() -> None:
    # Typical 10, 11, 9, 9; flows 110 up, 90 down, then 9·5 for neither.
    prices = [10, 11, 9, 9]
    found = formulas.mfi(bars(prices, prices, prices, [1, 10, 10, 5]), 2)
    np.testing.assert_allclose(found, [NAN, NAN, 55.0, 0.0])


def test_roc_is_the_change_in_percent() -> None:
    np.testing.assert_allclose(formulas.roc(closes(50, 40, 55), 2), [NAN, NAN, 10.0])


def test_vwap_weighs_all_days_since_the_first() -> None:
    # (10·1 + 13·2) / 3 and the typical price of the second day is (14 + 12 + 13) / 3.
    found = formulas.vwap(bars([10, 14], [10, 12], [10, 13], [1, 2]))
    np.testing.assert_allclose(found, [10.0, 12.0])


def test_volatility_is_annual_and_in_percent() -> None:
    # Returns 1 % and −1 %: deviation √2 %, times √252.
    found = formulas.volatility(closes(100, 101, 99.99), 2)
    np.testing.assert_allclose(found, [NAN, NAN, math.sqrt(2 * 252)])


def test_volatility_of_what_trades_every_day_has_365_days_a_year() -> None:
    found = formulas.volatility(replace(closes(100, 101, 99.99), periods=365), 2)
    np.testing.assert_allclose(found[-1], math.sqrt(2 * 365))
