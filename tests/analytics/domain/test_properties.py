"""What must hold for any prices and any ledger."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from services.analytics.domain import returns, risk
from services.analytics.domain.fx import Rates
from services.analytics.domain.ledger import Booking, Ledger
from services.analytics.domain.performance import measure
from services.analytics.domain.series import Floats, Series, split_adjusted
from services.analytics.domain.track import Request, Track
from services.analytics.domain.valuation import Books, Quotes, value_portfolio
from shared.finance.entries import EntryType
from tests.analytics.domain.build import day, usd, weekdays

ALWAYS = Request(day("1900-01-01"), day("2100-01-01"))
DAYS = 30

prices = arrays.arrays(np.float64, DAYS, elements=st.integers(100, 100_000).map(lambda n: n / 100))
daily = arrays.arrays(np.float64, DAYS, elements=st.integers(-900, 900).map(lambda n: n / 10_000))


def unit(levels: Floats) -> Track:
    return Track.of_unit(usd(Series(weekdays(DAYS), levels)))


def approx(value: float | None, scale: float = 1.0) -> Any:
    """A defined figure, times ``scale``, as pytest compares it (its type has no name)."""
    assert value is not None
    return pytest.approx(value * scale, abs=1e-9 * scale)


@given(prices, st.sampled_from([0.5, 3.0, 1000.0]))
def test_the_unit_of_account_changes_no_ratio(levels: Floats, scale: float) -> None:
    once, scaled = measure(unit(levels), ALWAYS), measure(unit(levels * scale), ALWAYS)
    assert approx(once.growth.total_return) == scaled.growth.total_return
    assert approx(once.dispersion.volatility) == scaled.dispersion.volatility
    assert approx(once.dispersion.var_95, scale) == scaled.dispersion.var_95
    assert approx(once.drawdown.max_drawdown) == scaled.drawdown.max_drawdown


@given(prices)
def test_linked_returns_end_where_the_price_does(levels: Floats) -> None:
    assert np.isclose(returns.total(returns.simple(levels)), levels[-1] / levels[0] - 1)


@given(prices, st.lists(st.tuples(st.integers(1, DAYS - 1), st.integers(-40, 60)), max_size=8))
def test_a_flow_at_market_value_leaves_the_time_weighted_return_alone(
    closes: Floats, trades: list[tuple[int, int]]
) -> None:
    # What remains is the asset's own return, as long as anything is held.
    book = [Booking(0, weekdays(1)[0].item(), EntryType.TRANSFER_IN, 1, 1000.0)]
    for number, (position, quantity) in enumerate(trades, start=1):
        kind = EntryType.TRANSFER_IN if quantity > 0 else EntryType.TRANSFER_OUT
        when = weekdays(DAYS)[position].item()
        book.append(Booking(number, when, kind, 1, float(abs(quantity))))
    quotes = {1: Quotes("ACME", "USD", Series(weekdays(DAYS), closes))}
    valued = value_portfolio(Books(Ledger(book), quotes, Rates({}), "USD"))
    linked = returns.time_weighted(valued.values, valued.inflows, valued.outflows)
    assert np.isclose(returns.total(linked), closes[-1] / closes[0] - 1)


@given(prices, st.integers(1, DAYS - 1), st.sampled_from([2.0, 4.0, 0.1]))
def test_a_booked_split_changes_no_return(closes: Floats, position: int, ratio: float) -> None:
    days = weekdays(DAYS)
    traded = np.where(np.arange(DAYS) >= position, closes / ratio, closes)
    splits = Series(days[position : position + 1], np.array([ratio]))
    adjusted = split_adjusted(Series(days, traded), splits)
    np.testing.assert_allclose(returns.simple(adjusted.values), returns.simple(closes), atol=1e-12)
    book = [
        Booking(0, days[0].item(), EntryType.BUY, 1, 100.0, -100.0 * closes[0]),
        Booking(
            1, days[position].item(), EntryType.SPLIT, 1, ratio=Fraction(ratio).limit_denominator()
        ),
    ]
    quotes = {1: Quotes("ACME", "USD", Series(days, traded), splits)}
    valued = value_portfolio(Books(Ledger(book), quotes, Rates({}), "USD"))
    np.testing.assert_allclose(valued.values, 100.0 * closes, rtol=1e-9)


@given(daily)
def test_a_series_with_itself_has_beta_one_and_alpha_zero(growth: Floats) -> None:
    if risk.deviation(growth) == 0.0:
        return
    assert risk.beta(growth, growth) == 1.0
    assert risk.alpha(growth, growth) == 0.0


@given(daily, daily)
def test_beta_is_linear_in_the_own_returns(own: Floats, market: Floats) -> None:
    if risk.deviation(market) == 0.0:
        return
    assert np.isclose(risk.beta(2 * own + market, market), 2 * risk.beta(own, market) + 1)


@given(
    arrays.arrays(
        np.float64,
        st.tuples(st.integers(2, 60), st.integers(1, 3)),
        elements=st.integers(-900, 900).map(lambda n: n / 10_000),
    ),
    st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.999]),
)
def test_the_value_at_risk_is_numpys_quantile(growth: Floats, confidence: float) -> None:
    expected = np.quantile(growth, 1 - confidence, axis=0)
    np.testing.assert_allclose(risk.value_at_risk(growth, confidence), expected, rtol=0, atol=1e-15)


@given(daily)
def test_the_shortfall_is_never_better_than_the_value_at_risk(growth: Floats) -> None:
    at_risk = risk.value_at_risk(growth)
    assert risk.expected_shortfall(growth, at_risk) <= at_risk + 1e-15


@given(daily)
def test_a_drawdown_lies_between_a_total_loss_and_nothing(growth: Floats) -> None:
    assert -1.0 <= risk.max_drawdown(returns.growth_index(growth)) <= 0.0


@given(prices)
def test_leverage_scales_the_volatility_and_leaves_sharpe_alone(levels: Floats) -> None:
    growth = returns.simple(levels)
    assert np.isclose(risk.volatility(3 * growth), 3 * risk.volatility(growth))
    if risk.deviation(growth) > 0.0:
        assert np.isclose(risk.sharpe(3 * growth), risk.sharpe(growth))


@given(st.integers(-90, 300), st.integers(30, 3650))
def test_xirr_finds_the_rate_that_money_grew_at(percent: int, days: int) -> None:
    rate = percent / 100
    dates = np.array([0, days // 2, days], dtype="datetime64[D]")
    middle = 40.0 * (1 + rate) ** ((days - days // 2) / 365)
    last = 100.0 * (1 + rate) ** (days / 365) + middle
    assert np.isclose(returns.xirr(dates, np.array([-100.0, -40.0, last])), rate, atol=1e-9)


@given(prices)
def test_no_function_changes_its_inputs(levels: Floats) -> None:
    kept = levels.copy()
    growth = returns.simple(levels)
    growth_kept = growth.copy()
    returns.growth_index(growth)
    risk.drawdowns(levels)
    risk.sortino(growth)
    risk.value_at_risk(growth)
    risk.information_ratio(growth, growth[::-1])
    np.testing.assert_array_equal(levels, kept)
    np.testing.assert_array_equal(growth, growth_kept)
