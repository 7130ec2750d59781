"""Equal decimals are equal in every comparison of the arithmetic, whatever floats make of them."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain import concentration, correlation, returns, risk
from services.analytics.domain.comparing import apart
from services.analytics.domain.moves import last_move
from services.analytics.domain.scenarios.monte_carlo import simulate
from services.analytics.domain.series import EMPTY, Series
from tests.analytics.domain.build import floats, series, weekdays


@given(st.integers(1, 10**14 - 2), st.integers(0, 8))
def test_prices_of_fourteen_digits_are_told_apart(units: int, places: int) -> None:
    here, next_one = (float(Decimal(each).scaleb(-places)) for each in (units, units + 1))
    assert apart(next_one, here) > 0.0
    assert apart(here, next_one) < 0.0


@given(st.decimals("0.0001", "9999999", places=4), st.integers(2, 97))
def test_a_price_divided_and_multiplied_again_is_the_same(price: Decimal, count: int) -> None:
    whole = float(price * count)
    assert apart(whole / count, float(price)) == 0.0
    assert apart(np.array([whole / count]), np.array([np.nan])).tolist() == pytest.approx(
        [np.nan], nan_ok=True
    )


def test_equal_losses_are_all_in_the_tail() -> None:
    # 10 % three times, of 30.3, 20.2 and 1.1, and one worse: the mean is −(20 + 3 · 10) / 4 %.
    daily = floats(27.27 / 30.3, 18.18 / 20.2, 0.99 / 1.1, 0.8, 1.1, 1.2, 1.3) - 1.0
    assert len(set(daily[:3].tolist())) > 1
    for at_risk in daily[:3]:
        np.testing.assert_allclose(risk.expected_shortfall(daily, at_risk), -0.125)


def test_a_benchmark_that_a_split_leaves_where_it_was_neither_rises_nor_falls() -> None:
    benchmark = floats(33.3 / (99.9 / 3) - 1.0, 0.1)
    assert benchmark[0] < 0.0
    assert np.isnan(risk.capture(floats(0.05, 0.1), benchmark, rising=False))


def test_of_equally_deep_falls_the_earlier_comes_first() -> None:
    # From 100 to 90 and from 121.2 to 109.08: 10 % each; in floats the second is deeper.
    levels = floats(100.0, 90.0, 121.2, 109.08, 130.0)
    assert risk.drawdowns(levels)[1] > risk.drawdowns(levels)[3]
    assert [fall.trough for fall in risk.falls(levels, 2)] == [1, 3]


def test_nothing_but_rounding_below_a_total_loss_is_a_total_loss() -> None:
    daily = floats(0.1, -1.0 - 2.0**-50, 0.0)
    assert not returns.lost_all(daily)
    assert returns.total(daily) == -1.0
    assert returns.growth_index(daily).tolist() == [1.0, 1.1, 0.0, 0.0]


def test_equal_returns_share_a_rank() -> None:
    # 10 % each of the first three days, in floats three numbers.
    first = floats(33.33 / 30.3, 22.22 / 20.2, 1.21 / 1.1, 1.2, 1.3) - 1.0
    second = floats(0.1, 0.2, 0.3, 0.4, 0.5)
    assert len(set(first[:3].tolist())) > 1
    # Ranks 2, 2, 2, 4, 5 against 1 … 5: Σab − n·3·3 = 8; variances 8 and 10.
    found = correlation.spearman(np.column_stack([first, second]), 2).matrix[0, 1]
    np.testing.assert_allclose(found, 8 / np.sqrt(8 * 10))


def test_a_price_that_a_split_leaves_where_it_was_has_not_moved() -> None:
    closes = series("2024-01-01", 99.9, 33.3)
    move = last_move(closes, Series(weekdays(2)[1:], floats(3.0)))
    assert (move.change, move.ratio) == (Decimal(0), Decimal(0))
    assert last_move(closes, EMPTY).change == Decimal("-66.6")


def test_a_future_that_ends_where_it_began_is_no_loss() -> None:
    # Up and down by turns, 100 to 110 and back: a month of even length ends where it began.
    turns = np.tile([0.1, 100 / 110 - 1.0], 40)
    found = simulate(turns, 1000.0, horizon_days=20, simulations=100)
    assert found is not None
    assert found.probability_of_loss == 0.0


def test_holdings_that_undo_each_other_have_no_risk_to_contribute_to() -> None:
    one = np.random.default_rng(1).normal(0.0, 0.01, 50)
    covariances = concentration.covariance(np.column_stack([one, -3.0 * one]))
    weights = floats(0.75, 0.25)
    assert np.isnan(concentration.contributions(weights, covariances)).all()
    assert np.isnan(concentration.marginal_var(weights, covariances, -1.64)).all()
    assert np.isnan(concentration.diversification_ratio(weights, covariances))
