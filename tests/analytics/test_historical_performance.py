"""GET /api/portfolios/{id}/historical_performance/: the points of a chart."""

from typing import Any

import pytest

from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import HALF, UP_DOWN_UP, codes, indebted, ten_shares


def history(desk: Desk, portfolio: int, **query: Any) -> dict[str, Any]:
    return desk.get(f"/api/portfolios/{portfolio}/historical_performance/", **query)


def column(answer: dict[str, Any], name: str) -> list[Any]:
    return [point[name] for point in answer["series"]]


def test_the_answer_has_the_fields_of_the_contract_in_its_order(desk: Desk) -> None:
    answer = history(desk, ten_shares(desk))
    assert list(answer) == [
        *("portfolio", "currency", "interval", "start_date", "end_date", "benchmark", "series"),
        "warnings",
    ]
    assert list(answer["series"][0]) == [
        *("date", "value", "cost_basis", "cash", "net_flow", "return_percentage"),
        "benchmark_return_percentage",
    ]


def test_every_market_day_is_a_point_with_the_return_since_the_first(desk: Desk) -> None:
    number = ten_shares(desk)
    desk.world.asset("SP500", HALF, asset_type="INDEX")
    desk.hear()
    answer = history(desk, number, benchmark="SPY")
    assert (answer["portfolio"], answer["currency"]) == (number, "USD")
    assert (answer["start_date"], answer["end_date"]) == ("2024-01-02", "2024-01-05")
    assert answer["benchmark"] == {"requested": "SPY", "symbol": "SP500"}
    assert answer["series"][0] == {
        "date": "2024-01-02",
        "value": "1000.00",
        "cost_basis": "1000.00",
        "cash": "0.00",
        "net_flow": "1000.00",  # what bought the ten shares
        "return_percentage": "0.0000",
        "benchmark_return_percentage": "0.0000",
    }
    assert column(answer, "value") == ["1000.00", "1100.00", "990.00", "1089.00"]
    assert column(answer, "return_percentage") == ["0.0000", "10.0000", "-1.0000", "8.9000"]
    assert column(answer, "benchmark_return_percentage") == [
        *("0.0000", "5.0000"),
        *("-0.2500", "4.7375"),  # 997.5 and 1047.375 on 1000
    ]
    assert answer["warnings"] == []


def test_a_deposit_is_a_flow_of_its_day_and_no_return(desk: Desk) -> None:
    world = desk.world
    asset, number = world.asset("ACME", UP_DOWN_UP), world.portfolio()
    world.record(number, "DEPOSIT", "2024-01-02", amount="2000")
    world.record(number, "BUY", "2024-01-02", asset=asset, quantity="10", price="100")
    world.record(number, "DEPOSIT", "2024-01-04", amount="1000")
    desk.hear()
    answer = history(desk, number)
    assert column(answer, "cash") == ["1000.00", "1000.00", "2000.00", "2000.00"]
    assert column(answer, "net_flow") == ["2000.00", "0.00", "1000.00", "0.00"]
    # 2100/2000; × (990 + 2000)/(2100 + 1000); × (1089 + 2000)/2990
    assert column(answer, "return_percentage") == ["0.0000", "5.0000", "1.2742", "4.6274"]


def test_after_more_than_a_total_loss_there_is_no_return_to_draw(desk: Desk) -> None:
    answer = history(desk, indebted(desk))
    assert column(answer, "value") == ["100.00", "-200.00", "100.00", "-300.00"]
    assert column(answer, "return_percentage") == ["0.0000", None, None, None]
    assert codes(answer, "series.return_percentage") == ["total_loss"]


def test_a_window_starts_at_the_last_value_on_or_before_its_first_day(desk: Desk) -> None:
    number = ten_shares(desk)
    answer = history(desk, number, start_date="2024-01-04", end_date="2024-01-09")
    assert column(answer, "return_percentage") == ["0.0000", "10.0000"]
    early = history(desk, number, start_date="2020-01-01")
    assert codes(early, "start_date") == ["history_starts_later"]
    assert codes(early, "series.benchmark_return_percentage") == ["no_benchmark"]


@pytest.mark.parametrize(
    ("interval", "days"),
    [
        ("daily", ["2024-01-05", "2024-01-08", "2024-01-31", "2024-02-01"]),
        ("weekly", ["2024-01-05", "2024-01-08", "2024-02-01"]),  # Friday; Monday; Thursday
        ("monthly", ["2024-01-05", "2024-01-31", "2024-02-01"]),
    ],
)
def test_a_week_or_month_is_its_last_market_day(desk: Desk, interval: str, days: list[str]) -> None:
    prices = dict.fromkeys(("2024-01-05", "2024-01-08", "2024-01-31", "2024-02-01"), "10")
    answer = history(desk, ten_shares(desk, prices), interval=interval)
    assert column(answer, "date") == days


def test_cost_follows_the_portfolios_method(desk: Desk) -> None:
    world = desk.world
    asset, number = world.asset("ACME", UP_DOWN_UP), world.portfolio()
    for day, price in (("2024-01-02", "100"), ("2024-01-03", "110")):
        world.record(number, "BUY", day, asset=asset, quantity="10", price=price)
    world.record(number, "SELL", "2024-01-04", asset=asset, quantity="10", price="99")
    desk.hear()
    assert history(desk, number)["series"][-1]["cost_basis"] == "1050.00"  # (1000 + 1100) / 2
    world.change_portfolio(number, cost_basis_method="FIFO")
    desk.hear()
    assert history(desk, number)["series"][-1]["cost_basis"] == "1100.00"


def test_money_has_the_minor_unit_of_the_currency(desk: Desk) -> None:
    world = desk.world
    asset = world.asset("7203.T", UP_DOWN_UP, currency="JPY")
    number = world.portfolio(currency="JPY")
    row = {"asset": asset, "quantity": "1", "price": "100", "currency": "JPY"}
    world.record(number, "BUY", "2024-01-02", **row)  # type: ignore[arg-type]  # mixed values
    desk.hear()
    assert column(history(desk, number), "value") == ["100", "110", "99", "109"]


def test_a_portfolio_without_a_value_has_no_points_and_says_so(desk: Desk) -> None:
    number = desk.world.portfolio()
    desk.hear()
    answer = history(desk, number)
    assert (answer["series"], answer["start_date"], answer["end_date"]) == ([], None, None)
    assert codes(answer, "start_date") == codes(answer, "series") == ["no_valuation"]


def test_a_benchmark_that_starts_later_is_null_and_remarked(desk: Desk) -> None:
    number = ten_shares(desk)
    desk.world.asset("YOUNG", {"2024-01-04": "10", "2024-01-05": "11"})
    desk.hear()
    answer = history(desk, number, benchmark="YOUNG")
    assert column(answer, "benchmark_return_percentage") == [None] * 4
    assert codes(answer, "series.benchmark_return_percentage") == ["benchmark_missing"]


def test_a_foreign_benchmark_moves_with_the_rate_of_each_point(desk: Desk) -> None:
    number = ten_shares(desk)
    desk.world.asset("ABROAD", {"2024-01-02": "100"}, currency="EUR")
    rates = {"2024-01-02": "1.00", "2024-01-04": "1.10"}
    desk.world.asset("EURUSD", rates, asset_type="CURRENCY")
    desk.hear()
    answer = history(desk, number, benchmark="ABROAD")
    # 100 euros all the time: 100 dollars, and 110 from the fourth on.
    theirs = ["0.0000", "0.0000", "10.0000", "10.0000"]
    assert column(answer, "benchmark_return_percentage") == theirs


def test_an_old_price_is_remarked_on_the_value(desk: Desk) -> None:
    world = desk.world
    old = world.asset("OLD", {"2024-01-02": "50"})
    number = ten_shares(desk, UP_DOWN_UP | {"2024-01-31": "120"})
    world.record(number, "BUY", "2024-01-02", asset=old, quantity="1", price="50")
    desk.hear()
    assert "stale_price" in codes(history(desk, number), "series.value")
