import math

import numpy as np
import pytest

from services.analytics.domain import risk
from tests.analytics.domain.build import floats

# Four months, in percent: means 2 and 1, deviations (0, 2, −3, 1) and (0, 1, −2, 1).
PORTFOLIO = floats(2, 4, -1, 3) / 100
BENCHMARK = floats(1, 2, -1, 2) / 100


def test_the_deviation_divides_by_one_less_than_the_count() -> None:
    # 2, 4, 4, 4, 5, 5, 7, 9: Σ(x − 5)² = 32, so √(32/7).
    assert risk.deviation(floats(2, 4, 4, 4, 5, 5, 7, 9)) == pytest.approx(math.sqrt(32 / 7))


def test_the_volatility_of_one_percent_either_way() -> None:
    # Deviation of 1 %, −1 % is √2 %, times √252: 22.4499 %.
    assert risk.volatility(floats(0.01, -0.01)) == pytest.approx(0.22449944320643647)


def test_crypto_has_365_periods_a_year() -> None:
    assert risk.volatility(floats(0.01, -0.01), 365) == pytest.approx(0.01 * math.sqrt(2 * 365))


def test_the_riskless_rate_compounds_to_the_annual_one() -> None:
    daily = risk.per_period_rate(0.02)
    assert daily == pytest.approx(7.858494e-05, rel=1e-6)  # e^(ln 1.02 / 252) − 1
    assert (1 + daily) ** 252 == pytest.approx(1.02)


def test_sharpe_is_the_mean_over_the_deviation() -> None:
    # Mean 0.01, deviation 0.02 (0.03, −0.01, 0.01): 0.5 · √252.
    assert risk.sharpe(floats(0.03, -0.01, 0.01)) == pytest.approx(0.5 * math.sqrt(252))


def test_sortino_counts_all_returns_but_only_falls() -> None:
    # Mean 0.01; √((0.01²)/3) = 0.0057735: 0.01 · 252 / (0.0057735 · √252) = 27.4955.
    assert risk.sortino(floats(0.03, -0.01, 0.01)) == pytest.approx(math.sqrt(3) * math.sqrt(252))


def test_returns_that_do_not_vary_have_no_sharpe() -> None:
    assert np.isnan(risk.sharpe(np.full(20, 0.1)))
    assert risk.deviation(np.full(20, 0.1)) == 0.0


def test_rounding_noise_of_steady_growth_is_no_dispersion() -> None:
    levels = 100 * 1.0001 ** np.arange(300)
    growth = levels[1:] / levels[:-1] - 1
    assert growth.std() > 0
    assert risk.deviation(growth) == 0.0
    assert np.isnan(risk.sharpe(growth))


def test_without_a_fall_there_is_no_sortino() -> None:
    assert np.isnan(risk.sortino(floats(0.01, 0.02, 0.0)))


@pytest.mark.parametrize("returns", [floats(), floats(0.01)])
def test_fewer_than_two_returns_have_no_risk(returns: np.ndarray) -> None:
    for measure in (
        risk.deviation,
        risk.volatility,
        risk.sharpe,
        risk.sortino,
        risk.value_at_risk,
    ):
        assert np.isnan(measure(returns)), measure.__name__
    assert np.isnan(risk.expected_shortfall(returns, np.array(np.nan)))
    for relative in (
        risk.beta,
        risk.alpha,
        risk.r_squared,
        risk.tracking_error,
        risk.information_ratio,
    ):
        assert np.isnan(relative(returns, returns)), relative.__name__


def test_the_deepest_fall_is_measured_from_the_highest_level_before_it() -> None:
    levels = floats(1.0, 1.2, 0.9, 1.3, 1.17, 1.4)
    assert risk.max_drawdown(levels) == pytest.approx(-0.25)
    assert risk.deepest_fall(levels) == (1, 2, 3)


def test_the_base_counts_as_a_peak() -> None:
    assert risk.max_drawdown(floats(1.0, 0.9, 0.95)) == pytest.approx(-0.1)
    assert risk.deepest_fall(floats(1.0, 0.9, 0.95)) == (0, 1, None)


def test_a_fall_starts_at_the_last_of_equal_peaks() -> None:
    assert risk.deepest_fall(floats(1.0, 2.0, 2.0, 1.0, 2.0)) == (2, 3, 4)


def test_a_rising_value_has_no_drawdown() -> None:
    assert risk.max_drawdown(floats(1.0, 1.0, 1.1)) == 0.0
    assert risk.deepest_fall(floats(1.0, 1.0, 1.1)) is None


def test_rounding_noise_is_no_drawdown() -> None:
    levels = floats(1.0, 1.0 - 1e-15, 1.0)
    assert risk.max_drawdown(levels) == 0.0
    assert risk.deepest_fall(levels) is None


def test_calmar_divides_by_the_deepest_fall() -> None:
    assert risk.calmar(0.15, -0.3) == pytest.approx(0.5)
    assert np.isnan(risk.calmar(0.15, 0.0))


def test_value_at_risk_is_the_type_7_quantile() -> None:
    # −10 … +10 in steps of 1 (21 values): position 20·0.05 = 1, exactly the second lowest.
    returns = np.arange(-10.0, 11.0) / 100
    assert risk.value_at_risk(returns) == -0.09
    # R, quantile(c(-0.04, -0.02, 0.01, 0.03), 0.05): −0.04 + 0.15·0.02.
    assert risk.value_at_risk(floats(0.03, -0.02, 0.01, -0.04)) == pytest.approx(-0.037)


def test_expected_shortfall_is_the_mean_at_or_below_the_value_at_risk() -> None:
    returns = np.arange(-10.0, 11.0) / 100
    assert risk.expected_shortfall(returns, np.array(-0.09)) == pytest.approx(-0.095)


def test_beta_and_alpha_of_four_months() -> None:
    # Σ co-moments 2 + 6 + 1 = 9, Σ moments of the benchmark 1 + 4 + 1 = 6: beta 1.5,
    # alpha 12 · (2 − 1.5 · 1) = 6 %.
    assert risk.beta(PORTFOLIO, BENCHMARK) == pytest.approx(1.5, rel=1e-12)
    assert risk.alpha(PORTFOLIO, BENCHMARK, 12) == pytest.approx(0.06, rel=1e-12)


def test_r_squared_of_four_months() -> None:
    # 9² / (14 · 6).
    assert risk.r_squared(PORTFOLIO, BENCHMARK) == pytest.approx(81 / 84, rel=1e-12)


def test_tracking_error_and_information_ratio_of_four_months() -> None:
    # Differences 1, 2, 0, 1 %: mean 1, deviation √(2/3), so √8 % a year and 12 / √8.
    assert risk.tracking_error(PORTFOLIO, BENCHMARK, 12) == pytest.approx(math.sqrt(8) / 100)
    ratio = risk.information_ratio(PORTFOLIO, BENCHMARK, 12)
    assert ratio == pytest.approx(12 / math.sqrt(8))


def test_a_series_against_itself_is_exactly_one_and_zero() -> None:
    assert risk.beta(PORTFOLIO, PORTFOLIO) == 1.0
    assert risk.alpha(PORTFOLIO, PORTFOLIO) == 0.0
    assert risk.r_squared(PORTFOLIO, PORTFOLIO) == 1.0
    assert risk.tracking_error(PORTFOLIO, PORTFOLIO) == 0.0
    assert np.isnan(risk.information_ratio(PORTFOLIO, PORTFOLIO))


def test_a_benchmark_that_stands_still_explains_nothing() -> None:
    still = np.full(4, 0.001)
    assert np.isnan(risk.beta(PORTFOLIO, still))
    assert np.isnan(risk.alpha(PORTFOLIO, still))
    assert np.isnan(risk.r_squared(PORTFOLIO, still))


def test_a_matrix_gives_each_column_what_it_gives_alone() -> None:
    matrix = np.column_stack([PORTFOLIO, BENCHMARK, np.full(4, 0.001)])
    for measure in (
        risk.volatility,
        risk.sharpe,
        risk.sortino,
        risk.max_drawdown,
        risk.value_at_risk,
        lambda returns: risk.expected_shortfall(returns, risk.value_at_risk(returns)),
    ):
        alone = [float(measure(matrix[:, i])) for i in range(3)]
        np.testing.assert_allclose(measure(matrix), alone, rtol=1e-12, err_msg=measure.__name__)
    for relative in (risk.beta, risk.alpha, risk.r_squared, risk.tracking_error):
        alone = [float(relative(matrix[:, i], BENCHMARK)) for i in range(3)]
        np.testing.assert_allclose(relative(matrix, BENCHMARK), alone, rtol=1e-12, atol=1e-15)
