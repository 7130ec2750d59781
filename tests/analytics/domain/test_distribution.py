import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from services.analytics.domain import concentration, distribution, risk
from services.analytics.domain.series import Floats
from tests.analytics.domain.build import floats

# Deviations −3, −1, 0, 4: m₂ 6.5, m₃ 9, m₄ 84.5.
SKEWED = floats(-2, 0, 1, 5)


def test_skewness_is_the_third_standardised_moment() -> None:
    assert distribution.skewness(SKEWED) == pytest.approx(9 / 6.5**1.5, rel=1e-12)


def test_excess_kurtosis_is_the_fourth_less_three() -> None:
    assert distribution.excess_kurtosis(SKEWED) == pytest.approx(84.5 / 6.5**2 - 3, rel=1e-12)


def test_the_normal_quantile_of_95_percent() -> None:
    assert distribution.quantile(0.95) == pytest.approx(-1.6448536269514722, rel=1e-12)


def test_parametric_value_at_risk_is_the_mean_less_so_many_deviations() -> None:
    # Mean 0, deviation √2 %.
    expected = -1.6448536269514722 * 0.01 * math.sqrt(2)
    assert distribution.parametric_var(floats(0.01, -0.01)) == pytest.approx(expected, rel=1e-12)


def test_cornish_fisher_bends_the_quantile_by_skewness_and_kurtosis() -> None:
    # z = −1.644854, S = 0.543096, K = −1: z² − 1 = 1.705543, z³ − 3z = 0.484335,
    # 2z³ − 5z = −0.676185; z' = −1.644854 + 0.154381 − 0.020181 + 0.005540 = −1.505114,
    # deviation √(26 / 3) = 2.943920, mean 1.
    assert distribution.cornish_fisher_var(SKEWED) == pytest.approx(
        1 - 1.505114 * 2.943920, abs=1e-5
    )


def test_what_does_not_vary_has_no_shape() -> None:
    for returns in (np.full(9, 0.1), floats(0.1), floats()):
        assert np.isnan(distribution.skewness(returns))
        assert np.isnan(distribution.excess_kurtosis(returns))
        assert np.isnan(distribution.cornish_fisher_var(returns))
    assert np.isnan(distribution.parametric_var(floats(0.1)))


def test_all_falls_are_found_deepest_first() -> None:
    levels = floats(1.0, 0.9, 1.0, 1.2, 0.9, 0.6, 1.3, 1.235)
    found = risk.falls(levels, 5)
    assert found == [(3, 5, 6), (0, 1, 2), (6, 7, None)]
    assert risk.falls(levels, 2) == found[:2]
    assert risk.falls(floats(1.0, 1.1), 5) == []


def test_the_ulcer_index_is_the_root_mean_square_of_the_drawdowns() -> None:
    # 0, −10 %, 0, −20 %: √(0.05 / 4).
    found = risk.ulcer_index(floats(1.0, 0.9, 1.0, 0.8))
    assert found == pytest.approx(math.sqrt(0.0125), rel=1e-12)
    assert np.isnan(risk.ulcer_index(floats(1.0)))


def test_capture_compares_the_rising_and_the_falling_days() -> None:
    # Rising: 1.02 · 1.03 − 1 over 1.01 · 1.02 − 1; falling: −1 % over −2 %.
    own, market = floats(0.02, -0.01, 0.03), floats(0.01, -0.02, 0.02)
    assert risk.capture(own, market, rising=True) == pytest.approx(0.0506 / 0.0302, rel=1e-12)
    assert risk.capture(own, market, rising=False) == pytest.approx(0.5, rel=1e-12)
    assert np.isnan(risk.capture(own, np.abs(market), rising=False))


def test_equal_holdings_are_as_many_as_they_are() -> None:
    weights = np.full(8, 0.125)
    assert concentration.hhi(weights) == 0.125
    assert concentration.effective_holdings(weights) == 8.0
    assert concentration.top_weight(weights) == 0.625


def test_contributions_of_two_holdings() -> None:
    # Σ = (0.04, 0.01; 0.01, 0.09), w = (0.6, 0.4): Σw = (0.028, 0.042), variance 0.0336.
    weights, sigma = floats(0.6, 0.4), np.array([[0.04, 0.01], [0.01, 0.09]])
    np.testing.assert_allclose(concentration.contributions(weights, sigma), [0.5, 0.5])
    marginal = concentration.marginal_var(weights, sigma, -1.65)
    np.testing.assert_allclose(marginal, -1.65 * floats(0.028, 0.042) / math.sqrt(0.0336))
    # (0.6 · 0.2 + 0.4 · 0.3) / √0.0336.
    ratio = concentration.diversification_ratio(weights, sigma)
    assert ratio == pytest.approx(0.24 / math.sqrt(0.0336), rel=1e-12)


def test_holdings_that_do_not_vary_have_no_risk_to_divide() -> None:
    sigma = concentration.covariance(np.full((5, 2), 0.1))
    assert not sigma.any()
    assert np.isnan(concentration.contributions(floats(0.5, 0.5), sigma)).all()
    assert np.isnan(concentration.marginal_var(floats(0.5, 0.5), sigma, -1.6)).all()
    assert np.isnan(concentration.diversification_ratio(floats(0.5, 0.5), sigma))


@given(
    arrays.arrays(np.float64, (20, 4), elements=st.integers(-900, 900).map(lambda n: n / 10_000)),
    st.lists(st.integers(1, 100), min_size=4, max_size=4),
)
def test_contributions_sum_to_one_and_diversification_never_adds_risk(
    returns: Floats, sizes: list[int]
) -> None:
    weights = floats(*sizes) / sum(sizes)
    sigma = concentration.covariance(returns)
    if risk.deviation(returns @ weights) < 1e-6:
        return
    assert concentration.contributions(weights, sigma).sum() == pytest.approx(1.0, rel=1e-9)
    assert concentration.diversification_ratio(weights, sigma) >= 1.0 - 1e-9
