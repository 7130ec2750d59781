from decimal import Decimal

import pytest

from services.analytics.domain.codes import Code
from services.analytics.domain.scenarios.hypothetical import Assumptions, hypothetical
from services.analytics.domain.scenarios.outcome import Source
from services.analytics.domain.scenarios.reverse import market_move, reverse
from tests.analytics.domain.scenarios.build import exposure, holdings

D = Decimal
MIXED = holdings(
    exposure("AAPL", 100.0, beta=1.2, sector="Technology"),
    exposure("MSFT", 100.0, beta=1.0, sector="Technology"),
    exposure("VOW", 100.0, beta=0.5, sector="Autos", currency="EUR"),
    cash=100.0,
)


def test_an_asset_shock_comes_before_its_sectors_and_that_before_the_market() -> None:
    found = hypothetical(
        MIXED, Assumptions(market=-0.2, sectors={"Technology": -0.3}, assets={"AAPL": -0.1})
    )
    assert [str(position.pnl) for position in found.outcome.positions] == [
        "-10.00",
        "-30.00",
        "-10.00",
    ]
    assert [position.source for position in found.outcome.positions] == [
        Source.ASSET,
        Source.SECTOR,
        Source.BETA,
    ]


def test_price_and_currency_compound() -> None:
    # 0.9 · 0.95 − 1 of 100 euros; the dollars do not move.
    found = hypothetical(MIXED, Assumptions(assets={"VOW": -0.1}, currencies={"EUR": -0.05}))
    assert found.outcome.pnl == D("-14.50")


def test_a_shock_on_the_portfolios_own_currency_moves_nothing_and_says_so() -> None:
    found = hypothetical(MIXED, Assumptions(currencies={"USD": -0.5}))
    assert found.outcome.pnl == 0
    assert [warning.code for warning in found.warnings] == [Code.SHOCK_UNUSED]


def test_a_position_loses_at_most_all() -> None:
    found = hypothetical(MIXED, Assumptions(assets={"AAPL": -3.0}, market=-0.99))
    assert found.outcome.positions[0].shock == -1.0
    found = hypothetical(MIXED, Assumptions(assets={"VOW": -3.0}, currencies={"EUR": -2.0}))
    assert found.outcome.positions[2].shock == -1.0
    found = hypothetical(holdings(exposure("A", 100.0, beta=2.0)), Assumptions(market=-0.9))
    assert found.outcome.pnl == D("-100.00")


def test_names_are_matched_without_regard_to_case() -> None:
    found = hypothetical(MIXED, Assumptions(sectors={"technology": -0.3}, assets={"vow": -0.1}))
    assert found.outcome.pnl == D("-70.00")
    assert found.warnings == ()


def test_a_shock_that_nothing_answers_to_is_remarked() -> None:
    found = hypothetical(MIXED, Assumptions(assets={"TSLA": -0.5}, sectors={"Energy": -0.1}))
    assert [(w.field, w.code) for w in found.warnings] == [
        ("asset_shock", Code.SHOCK_UNUSED),
        ("sector_shock", Code.SHOCK_UNUSED),
    ]
    assert found.outcome.pnl == 0


def test_without_a_beta_the_market_says_nothing() -> None:
    found = hypothetical(holdings(exposure("HOUSE", 100.0)), Assumptions(market=-0.2))
    assert found.outcome.pnl is None
    assert [warning.code for warning in found.warnings] == [Code.UNMODELLED]


def test_no_shock_is_exactly_zero() -> None:
    found = hypothetical(MIXED, Assumptions())
    assert (found.outcome.pnl, found.outcome.portfolio_return) == (D(0), 0.0)


def test_the_market_move_for_a_loss_makes_that_loss() -> None:
    # (100 · 1.2 + 100 · 1.0 + 100 · 0.5) / 400 = 0.675: −0.2 / 0.675.
    found = reverse(MIXED, -0.2)
    assert found.benchmark_return == pytest.approx(-0.2 / 0.675)
    assert found.outcome.pnl == D("-80.00")


def test_what_is_lost_already_can_not_be_lost_again() -> None:
    # From −50 % on only the second falls: 0.5 + 0.5 · 0.5 · move = 0.7.
    held = holdings(exposure("A", 50.0, beta=2.0), exposure("BB", 50.0, beta=0.5))
    assert market_move(held, -0.7) == pytest.approx(-0.8)


def test_a_portfolio_that_bets_against_the_market_loses_when_it_rises() -> None:
    assert market_move(holdings(exposure("INV", 100.0, beta=-2.0)), -0.1) == pytest.approx(0.05)


def test_a_loss_out_of_reach_says_so() -> None:
    found = reverse(holdings(exposure("A", 50.0, beta=1.0), cash=50.0), -0.6)
    assert found.benchmark_return is None
    assert [warning.code for warning in found.warnings] == [Code.TARGET_OUT_OF_REACH]
    assert market_move(holdings(cash=10.0), -0.1) is None


def test_a_total_loss_takes_a_market_worth_nothing() -> None:
    # Their weights sum to 1 less a rounding.
    values = (688.76, 389.53, 135.96)
    held = holdings(*(exposure("A", value, beta=1.0) for value in values))
    assert market_move(held, -1.0) == -1.0
    assert market_move(held, 0.0) == 0.0
