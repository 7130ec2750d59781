import math

import numpy as np
import pytest

from services.analytics.domain.codes import Code
from services.analytics.domain.fx import Rates
from services.analytics.domain.ledger import Booking
from services.analytics.domain.performance import measure_portfolio
from services.analytics.domain.risk_report import RiskLevel, RiskReport, report
from services.analytics.domain.series import EMPTY, Series
from services.analytics.domain.track import Request
from services.analytics.domain.valuation import Books, Quotes, value_portfolio
from shared.finance.entries import EntryType
from tests.analytics.domain.build import day, entry, floats, ledger, series, weekdays


def books(quantities: dict[int, float], *quotes: Quotes, cash: float = 0.0) -> Books:
    """Transferred in on the first day of 2024, beside a deposit where there is cash."""
    rows: list[Booking] = [
        entry("2024-01-01", EntryType.TRANSFER_IN, asset=asset, quantity=quantity)
        for asset, quantity in quantities.items()
    ]
    if cash:
        rows.append(entry("2024-01-01", EntryType.DEPOSIT, cash=cash))
    return Books(ledger(*rows), dict(enumerate(quotes, start=1)), Rates({}), "USD")


def risk_of(held: Books, confidence: float = 0.95) -> RiskReport:
    return report(value_portfolio(held), held, Request(), confidence=confidence)


def usd(symbol: str, *closes: float) -> Quotes:
    return Quotes(symbol, "USD", series("2024-01-01", *closes))


def reasons(found: RiskReport) -> dict[str, Code]:
    return {warning.field: warning.code for warning in found.warnings}


FOUR = usd("ACME", 100, *np.cumprod([1.03, 0.98, 1.01, 0.96]) * 100)


def test_values_at_risk_are_money_of_the_last_value() -> None:
    # Returns 3, −2, 1, −4 %: the 5 % quantile is −3.7 %, the 1 % one −3.94 %.
    found = risk_of(books({1: 1.0}, FOUR))
    value = 100 * 1.03 * 0.98 * 1.01 * 0.96
    assert found.value == pytest.approx(value)
    assert found.tails.var_historical == pytest.approx(-0.037 * value)
    assert found.tails.var_99 == pytest.approx(-0.0394 * value)
    assert found.tails.cvar == pytest.approx(-0.04 * value)
    # Mean −0.5 %, Σ deviations² = 29 %²: −0.005 − 1.644854 · √(0.0029 / 3).
    expected = (-0.005 - 1.6448536269514722 * math.sqrt(0.0029 / 3)) * value
    assert found.tails.var_parametric == pytest.approx(expected)


def test_the_confidence_is_the_asked_one() -> None:
    found = risk_of(books({1: 1.0}, FOUR), confidence=0.99)
    assert found.tails.var_historical == found.tails.var_99
    assert found.tails.cvar == found.tails.cvar_99


def test_falls_have_their_days_and_only_the_five_deepest_are_told() -> None:
    swings = [100.0]
    for depth in (1, 2, 3, 4, 5, 6):
        swings += [100.0 - depth, 100.0]
    found = risk_of(books({1: 1.0}, usd("ACME", *swings))).falls
    assert [round(fall.depth, 4) for fall in found] == [-0.06, -0.05, -0.04, -0.03, -0.02]
    days = weekdays(13)
    assert (found[0].peak, found[0].trough, found[0].recovery) == (days[10], days[11], days[12])


def test_it_agrees_with_the_metrics() -> None:
    held = books({1: 1.0}, FOUR)
    valuation = value_portfolio(held)
    assert report(valuation, held, Request()).metrics == measure_portfolio(
        valuation, held, Request()
    )


def test_weights_are_parts_of_what_is_invested() -> None:
    held = books({1: 3.0, 2: 1.0}, usd("A", 10, 10, 10), usd("B", 10, 11, 10), cash=60.0)
    found = risk_of(held).holdings
    assert [(row.symbol, row.weight) for row in found.contributions] == [("A", 0.75), ("B", 0.25)]
    assert found.hhi == 0.625
    assert found.effective_holdings == 1.6
    assert found.top_5_weight == 1.0


def test_what_stands_still_adds_no_risk() -> None:
    held = books({1: 3.0, 2: 1.0}, usd("A", 10, 10, 10), usd("B", 10, 11, 10))
    still, moving = risk_of(held).holdings.contributions
    assert (still.risk_contribution, moving.risk_contribution) == (0.0, 1.0)
    assert still.marginal_var == 0.0
    # All the risk is B's: −1.644854 · its deviation, of returns 10 % and −9.0909 %.
    spread = (0.1 + 1 / 11) / math.sqrt(2)
    assert moving.marginal_var == pytest.approx(-1.6448536269514722 * spread)


def test_returns_are_in_the_portfolios_currency() -> None:
    # The euro price stands still and the euro doubles.
    euros = Quotes("VOW", "EUR", series("2024-01-01", 10, 10, 10, 10))
    rates = Rates({"EURUSD": series("2024-01-01", 1.0, 2.0, 2.0, 1.0)})
    dollars = books({1: 1.0, 2: 1.0}, euros, usd("A", 10, 10, 10, 10))
    found = risk_of(dollars._replace(rates=rates)).holdings
    parts = {row.symbol: row.risk_contribution for row in found.contributions}
    assert parts == {"VOW": 1.0, "A": 0.0}


def test_a_split_is_no_return() -> None:
    splits = Series(np.array(["2024-01-02"], dtype="datetime64[D]"), floats(10.0))
    split = Quotes("SPL", "USD", series("2024-01-01", 100, 10, 10, 10), splits)
    held = books({1: 1.0, 2: 1.0}, split, usd("A", 10, 11, 10, 11))
    parts = {row.symbol: row.risk_contribution for row in risk_of(held).holdings.contributions}
    assert parts["SPL"] == 0.0


def test_a_holding_with_little_history_does_not_cut_that_of_the_others() -> None:
    # Two returns of seven: under half.
    young = Quotes("IPO", "USD", series("2024-01-08", 5, 6, 5))
    held = books({1: 1.0}, usd("A", 10, 11, 10, 11, 10, 11, 10, 11))
    later = entry("2024-01-08", EntryType.BUY, asset=2, quantity=1, cash=-5.0)
    both = Books(
        ledger(*held.ledger.entries, later), {1: held.assets[1], 2: young}, Rates({}), "USD"
    )
    found = risk_of(both)
    parts = {row.symbol: row.risk_contribution for row in found.holdings.contributions}
    assert parts == {"A": 1.0, "IPO": None}
    [warning] = [w for w in found.warnings if w.code == Code.HISTORY_TOO_SHORT]
    assert "IPO" in warning.message


def test_what_was_sold_is_no_holding() -> None:
    held = books({1: 1.0, 2: 1.0}, usd("A", 10, 11, 10), usd("SOLD", 10, 12, 11))
    out = entry("2024-01-03", EntryType.TRANSFER_OUT, asset=2, quantity=1)
    sold = held._replace(ledger=ledger(*held.ledger.entries, out))
    assert [row.symbol for row in risk_of(sold).holdings.contributions] == ["A"]


def test_contributions_are_those_of_the_window() -> None:
    # B moves before the window alone.
    held = books({1: 1.0, 2: 1.0}, usd("A", 9, 9, 10, 11, 10), usd("B", 10, 15, 10, 10, 10))
    found = report(value_portfolio(held), held, Request(start=day("2024-01-03")))
    parts = {row.symbol: row.risk_contribution for row in found.holdings.contributions}
    assert parts == {"A": 1.0, "B": 0.0}


def test_one_price_has_no_risk_and_says_so() -> None:
    found = risk_of(books({1: 1.0}, usd("A", 10)))
    assert found.tails.var_historical is None
    assert found.ulcer_index is None
    assert found.risk_level is None
    assert reasons(found)["var.historical"] == Code.NO_RETURNS
    assert reasons(found)["contributions"] == Code.HISTORY_TOO_SHORT
    assert found.holdings.hhi == 1.0


def test_without_any_valuation_every_figure_says_so() -> None:
    found = risk_of(books({1: 1.0}, Quotes("A", "USD", EMPTY)))
    assert found.value is None
    assert reasons(found)["cvar"] == Code.NO_VALUATION
    assert reasons(found)["volatility"] == Code.NO_VALUATION
    assert "sharpe_ratio" not in reasons(found)


def test_capture_needs_a_benchmark_with_such_days() -> None:
    held = books({1: 1.0}, FOUR)
    assert reasons(risk_of(held))["up_capture"] == Code.NO_BENCHMARK
    rising = series("2024-01-01", 1, 2, 3, 4, 5)
    found = report(value_portfolio(held), held, Request(), rising)
    assert found.up_capture == pytest.approx((1.03 * 0.98 * 1.01 * 0.96 - 1) / 4)
    assert found.down_capture is None
    assert reasons(found)["down_capture"] == Code.NO_SUCH_DAYS


def test_a_window_looks_at_its_own_days_only() -> None:
    held = books({1: 1.0}, usd("A", 10, 20, 10, 11, 12))
    found = report(value_portfolio(held), held, Request(start=day("2024-01-03")))
    assert found.falls == ()
    assert found.metrics.window.observations == 2


@pytest.mark.parametrize(
    ("volatility", "level"),
    [
        (0.0, RiskLevel.LOW),
        (0.0499, RiskLevel.LOW),
        (0.05, RiskLevel.MODERATE),
        (0.15, RiskLevel.HIGH),
        (0.25, RiskLevel.VERY_HIGH),
        (None, None),
    ],
)
def test_the_level_follows_the_volatility(
    volatility: float | None, level: RiskLevel | None
) -> None:
    assert RiskLevel.of(volatility) is level
