"""Closes that are merely the prices of trades: they value a portfolio, and answers say so."""

from typing import Any

import pytest

from tests.analytics.conftest import Desk


@pytest.fixture
def fund(desk: Desk) -> int:
    """Return a private fund that was bought at 100 and at 110, and has no other price."""
    asset = desk.world.asset("FUND", owner=1)
    desk.world.trade_prices(asset, {"2024-01-02": "100", "2024-01-05": "110"})
    desk.hear()
    return asset


@pytest.fixture
def portfolio(desk: Desk, fund: int) -> int:
    """Return the portfolio that bought it, ten pieces each time."""
    number = desk.world.portfolio()
    for day, price in (("2024-01-02", "100"), ("2024-01-05", "110")):
        desk.world.record(number, "BUY", day, asset=fund, quantity="10", price=price)
    desk.hear()
    return number


def of_trades(answer: dict[str, Any]) -> list[str]:
    """Return what an answer says of the prices of trades."""
    warnings = answer["warnings"]
    return [warning["message"] for warning in warnings if warning["code"] == "trade_price"]


def test_a_portfolio_has_a_value_and_a_return_by_its_own_trades(desk: Desk, portfolio: int) -> None:
    answer = desk.portfolio_metrics(portfolio)
    assert (answer["start_date"], answer["end_date"]) == ("2024-01-02", "2024-01-05")
    # 20 × 110 of the 10 × 100 and of the 1100 that came in at the start of the day.
    assert answer["total_return_percentage"] == "4.76"
    assert of_trades(answer) == [
        "The value on 2024-01-05 rests on a price of FUND from 2024-01-05"
        " that is merely that of a trade."
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/api/portfolios/{}/performance_metrics/",
        "/api/portfolios/{}/historical_performance/",
        "/api/analytics/risk_metrics/",
        "/api/analytics/asset_allocation_analysis/",
    ],
)
def test_every_answer_says_where_its_last_price_is_that_of_a_trade(
    desk: Desk, portfolio: int, fund: int, path: str
) -> None:
    query = {} if "{}" in path else {"portfolio_id": portfolio}
    assert len(of_trades(desk.get(path.format(portfolio), **query))) == 1
    desk.world.price(fund, "2024-01-05", "110")
    desk.hear()
    assert of_trades(desk.get(path.format(portfolio), **query)) == []


def test_the_last_price_of_the_window_counts(desk: Desk, portfolio: int, fund: int) -> None:
    desk.world.import_prices(fund, {"2024-01-03": "104", "2024-01-04": "105"})
    desk.hear()
    assert of_trades(desk.portfolio_metrics(portfolio, end_date="2024-01-04")) == []
    [*_, message] = of_trades(desk.portfolio_metrics(portfolio, end_date="2024-01-02"))
    assert "on 2024-01-02 rests" in message


def test_an_asset_that_is_sold_is_not_doubted(desk: Desk, portfolio: int, fund: int) -> None:
    desk.world.record(portfolio, "SELL", "2024-01-08", asset=fund, quantity="20", price="120")
    desk.world.trade_prices(fund, {"2024-01-08": "120"})
    desk.hear()
    assert of_trades(desk.portfolio_metrics(portfolio)) == []


def test_an_owner_of_the_release_before_tells_of_no_trades(
    desk: Desk, portfolio: int, fund: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    owned = desk.world.assets[fund]
    without = {name: value for name, value in owned.answer().items() if name != "trade_days"}
    without["sequence"] += 1
    monkeypatch.setattr(owned, "answer", lambda: without)
    desk.world.import_prices(fund, {"2024-01-05": "110"})
    desk.hear()
    assert of_trades(desk.portfolio_metrics(portfolio)) == []
