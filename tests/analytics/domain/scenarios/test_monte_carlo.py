import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.domain.scenarios.monte_carlo import (
    Model,
    Simulation,
    history,
    simulate,
)
from services.analytics.domain.series import Floats, Series
from tests.analytics.domain.build import day, floats, series, weekdays
from tests.analytics.domain.scenarios.build import exposure, holdings

PAST: Floats = np.random.default_rng(7).normal(0.0004, 0.01, 500)


def simulated(returns: Floats = PAST, **options: object) -> Simulation:
    found = simulate(returns, 1000.0, **options)  # type: ignore[arg-type]  # named as they are
    assert found is not None
    return found


@pytest.mark.parametrize("model", list(Model))
def test_one_seed_gives_one_result(model: Model) -> None:
    once = simulated(model=model, seed=1, simulations=500)
    assert once == simulated(model=model, seed=1, simulations=500)
    assert once != replace(simulated(model=model, seed=2, simulations=500), seed=1)


@settings(max_examples=25)
@given(st.integers(0, 1000), st.integers(1, 600), st.sampled_from(list(Model)))
def test_the_shortfall_is_never_better_than_the_value_at_risk(
    seed: int, days: int, model: Model
) -> None:
    found = simulated(seed=seed, horizon_days=days, model=model, simulations=200)
    assert found.cvar <= found.var
    assert list(found.percentiles.values()) == sorted(found.percentiles.values())
    assert 0.0 <= found.probability_of_loss <= 1.0


@pytest.mark.parametrize("model", list(Model))
def test_returns_that_never_vary_have_one_future(model: Model) -> None:
    # 250 days are eleven blocks of 21 and one of 19.
    found = simulated(np.full(100, 0.001), model=model, simulations=100, horizon_days=250)
    expected = 1000 * 1.001**250
    assert found.mean == pytest.approx(expected)
    assert found.percentiles[1] == pytest.approx(expected)
    assert found.percentiles[99] == pytest.approx(expected)
    assert found.probability_of_loss == 0.0


def test_brownian_motion_has_the_quantiles_of_its_logarithm() -> None:
    # Median e^(m h); the 5 % one e^(m h − 1.644854 s √h).
    growth = np.log1p(PAST)
    found = simulated(model=Model.GBM, simulations=100_000)
    middle, spread = growth.mean() * 252, growth.std(ddof=1) * math.sqrt(252)
    assert found.percentiles[50] == pytest.approx(1000 * math.exp(middle), rel=0.005)
    low = 1000 * math.exp(middle - 1.6448536269514722 * spread)
    assert found.percentiles[5] == pytest.approx(low, rel=0.005)
    assert found.var == pytest.approx(found.percentiles[5] - 1000)


def test_blocks_have_the_mean_and_the_spread_of_the_past() -> None:
    growth = np.log1p(PAST)
    found = simulated(simulations=50_000)
    assert found.percentiles[50] == pytest.approx(1000 * math.exp(growth.mean() * 252), rel=0.01)


def test_blocks_keep_the_order_of_days() -> None:
    # Up and down in turn: any two days in a row end where they began, any odd run one step off.
    turns = np.tile([0.25, -0.2], 50)
    even = simulated(turns, horizon_days=20, simulations=300)
    assert even.percentiles[1] == pytest.approx(1000)
    assert even.percentiles[99] == pytest.approx(1000)


def test_a_day_that_lost_everything_is_the_end() -> None:
    found = simulated(np.where(np.arange(40) == 20, -1.0, 0.0), simulations=200)
    assert found.percentiles[1] == pytest.approx(0.0, abs=1e-6)


def test_too_few_days_simulate_nothing() -> None:
    assert simulate(PAST[:29], 1000.0) is None


def test_the_past_is_that_of_todays_mix_with_its_cash() -> None:
    held = holdings(
        exposure("A", 50.0, levels=series("2024-01-01", 10, 11, 11)),
        exposure("BB", 25.0, levels=series("2024-01-01", 10, 10, 12)),
        cash=25.0,
    )
    found, left_out, sparse = history(held, end=day("2024-01-03"))
    np.testing.assert_allclose(found, [0.05, 0.05])
    assert (left_out, sparse) == ([], None)


def test_what_is_priced_now_and_then_has_no_days_to_draw_from() -> None:
    house = Series(np.array(["2020-01-01", "2021-01-01", "2022-01-01"], "M8[D]"), floats(1, 2, 3))
    found, _, sparse = history(holdings(exposure("HOUSE", 50.0, levels=house)))
    assert found.size == 0
    assert sparse == pytest.approx(2 * 365 / 731)


def test_who_has_too_little_past_counts_as_the_rest() -> None:
    old = exposure("A", 50.0, levels=Series(weekdays(5), floats(10, 11, 10, 11, 10)))
    young = exposure("IPO", 50.0, levels=series("2024-01-01", 5))
    found, left_out, _ = history(holdings(old, young), end=day("2024-01-05"))
    assert left_out == ["IPO"]
    np.testing.assert_allclose(found[0], 0.1)
    assert history(holdings(young), end=day("2024-01-05")).returns.size == 0
