import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from services.analytics.domain.correlation import Correlation, pearson, spearman
from services.analytics.domain.series import Floats
from tests.analytics.domain.build import floats

NAN = np.nan

returns = arrays.arrays(
    np.float64, (12, 4), elements=st.one_of(st.just(NAN), st.integers(-5, 5).map(lambda n: n / 100))
)


def columns(*series: list[float]) -> Floats:
    return np.array(series, dtype=np.float64).T


def test_pearson_of_four_days() -> None:
    # Deviations (−1, 1, −1, 1) and (−3, 1, −1, 3): 8 / √(4 · 20).
    found = pearson(columns([1, 3, 1, 3], [0, 4, 2, 6]), 2)
    assert found.matrix[0, 1] == pytest.approx(8 / np.sqrt(80), rel=1e-12)
    assert found.matrix[1, 0] == found.matrix[0, 1]
    np.testing.assert_array_equal(found.observations, [[4, 4], [4, 4]])


def test_spearman_of_four_days() -> None:
    # Ranks 1 2 3 4 and 2 1 4 3: 1 − 6 · 4 / (4 · 15).
    found = spearman(columns([1, 5, 6, 100], [2, 1, 4, 3]), 2)
    assert found.matrix[0, 1] == pytest.approx(0.6, rel=1e-12)


def test_ties_share_their_mean_rank() -> None:
    # Ranks 1.5 1.5 3 and 1 2 3: co-moment 1.5, moments 1.5 and 2.
    assert spearman(columns([1, 1, 2], [1, 2, 3]), 2).matrix[0, 1] == pytest.approx(
        1.5 / np.sqrt(3.0), rel=1e-12
    )


def test_a_pair_is_measured_over_the_days_that_both_have() -> None:
    # Only the last four days are common, those of the first test.
    first, second = [NAN, 9, 1, 3, 1, 3], [7, NAN, 0, 4, 2, 6]
    for measure, expected in ((pearson, 8 / np.sqrt(80)), (spearman, 0.8944271909999159)):
        found = measure(columns(first, second), 2)
        assert found.matrix[0, 1] == pytest.approx(expected, rel=1e-12)
        assert found.observations.tolist() == [[5, 4], [4, 5]]


def test_too_few_common_days_are_no_correlation() -> None:
    matrix = columns([1, 3, 1, 3], [0, 4, 2, 6])
    assert np.isnan(pearson(matrix, 5).matrix[0, 1])
    assert np.isnan(pearson(matrix).matrix[0, 1])
    assert np.isnan(pearson(matrix[:1], 0).matrix[0, 1])


def test_what_does_not_vary_correlates_with_nothing() -> None:
    moving = [0.01, -0.02, 0.03, 0.01]
    for measure in (pearson, spearman):
        assert np.isnan(measure(columns(moving, [0.001] * 4), 2).matrix[0, 1])
        # It varies, but not on the days that both have.
        still = [0.07] * 6  # their deviations from the mean leave a rounding behind
        partly = measure(columns([*moving, 0.02, 0.005, NAN], [*still, 0.5]), 2)
        assert np.isnan(partly.matrix[0, 1])


def test_the_rounding_of_steady_growth_correlates_with_nothing() -> None:
    levels = 100 * 1.0001 ** np.arange(300)
    steady = levels[1:] / levels[:-1] - 1
    moving = np.random.default_rng(3).normal(0.0, 0.01, 299)
    assert steady.std() > 0
    assert np.isnan(pearson(np.column_stack([steady, moving])).matrix[0, 1])


def test_the_same_returns_correlate_with_one_and_their_opposite_with_minus_one() -> None:
    own = np.random.default_rng(3).normal(0.0005, 0.01, 500)
    for measure in (pearson, spearman):
        found = measure(np.column_stack([own, own * 3 + 1e-4, -own])).matrix
        assert found[0, 1] == pytest.approx(1.0, abs=1e-12)
        assert found[0, 2] == pytest.approx(-1.0, abs=1e-12)
        assert np.diag(found).tolist() == [1.0, 1.0, 1.0]


def test_average_and_extremes_name_their_pairs() -> None:
    matrix = np.array([[1.0, 0.5, NAN], [0.5, 1.0, -0.25], [NAN, -0.25, 1.0]])
    found = Correlation(matrix, np.full((3, 3), 40))
    assert found.average == pytest.approx(0.125)
    assert found.highest == (0, 1, 0.5)
    assert found.lowest == (1, 2, -0.25)


def test_one_series_has_no_pair() -> None:
    found = pearson(floats(0.1, 0.2).reshape(-1, 1), 2)
    assert np.isnan(found.average)
    assert found.highest is None
    assert found.lowest is None
    assert pearson(np.empty((3, 0))).matrix.shape == (0, 0)
    assert spearman(np.empty((3, 0))).matrix.shape == (0, 0)


@settings(max_examples=80)
@given(returns)
def test_both_measures_equal_those_of_pandas(matrix: Floats) -> None:
    kept = matrix.copy()
    frame = pd.DataFrame(matrix)
    expectations = (
        (pearson, frame.corr("pearson", min_periods=3)),
        (spearman, frame.corr("spearman", min_periods=3)),
    )
    for measure, theirs in expectations:
        found = measure(matrix, 3).matrix
        expected = theirs.to_numpy(copy=True)
        np.fill_diagonal(expected, 1.0)
        # Where a column stands still on the common days pandas may find rounding instead of NaN.
        np.testing.assert_allclose(found[~np.isnan(found)], expected[~np.isnan(found)], atol=1e-9)
        assert (np.isnan(found) >= np.isnan(expected)).all()
        np.testing.assert_array_equal(found, found.T)
        assert (np.abs(found[~np.isnan(found)]) <= 1.0).all()
    np.testing.assert_array_equal(matrix, kept)
