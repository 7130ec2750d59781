"""GET /api/analytics/asset_allocation_analysis/: five divisions, concentration, targets."""

from decimal import Decimal
from typing import Any

import pytest

from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import codes

PATH = "/api/analytics/asset_allocation_analysis/"
DAY = "2024-01-02"


def allocation(desk: Desk, portfolio: int, **query: Any) -> dict[str, Any]:
    return desk.get(PATH, portfolio_id=portfolio, **query)


def shares(answer: dict[str, Any], grouping: str) -> dict[str, tuple[str, str | None]]:
    """Return key → (value, percentage) of one division, in its order."""
    rows = answer["allocations"][grouping]
    return {row["key"]: (row["value"], row["percentage"]) for row in rows}


def mixed(desk: Desk) -> int:
    """Return a portfolio of 600 in a stock, 300 in a bond, and 100 in cash."""
    world, number = desk.world, desk.world.portfolio()
    stock = world.asset("ACME", {DAY: "60"}, country="US")
    bond = world.asset("BUND", {DAY: "100"}, asset_type="BOND", sector=None, country="DE")
    world.record(number, "DEPOSIT", DAY, amount="1000")
    world.record(number, "BUY", DAY, asset=stock, quantity="10", price="60")
    world.record(number, "BUY", DAY, asset=bond, quantity="3", price="100")
    desk.hear()
    return number


def test_the_whole_is_divided_five_ways(desk: Desk) -> None:
    number = mixed(desk)
    answer = allocation(desk, number)
    assert list(answer) == [
        *("portfolio", "currency", "as_of", "total_value", "allocations", "concentration"),
        *("rebalancing", "warnings"),
    ]
    assert (answer["as_of"], answer["total_value"]) == (DAY, "1000.00")
    stock, bond, cash = ("600.00", "60.0000"), ("300.00", "30.0000"), ("100.00", "10.0000")
    assert shares(answer, "asset_type") == {"STOCK": stock, "BOND": bond, "CASH": cash}
    assert shares(answer, "sector") == {"Technology": stock, "UNCLASSIFIED": bond, "CASH": cash}
    assert shares(answer, "country") == {"US": stock, "DE": bond, "CASH": cash}
    assert shares(answer, "currency") == {"USD": ("900.00", "90.0000"), "CASH": cash}
    assert answer["allocations"]["individual"][0] == {
        "key": "ACME",
        "label": "ACME itself",
        "value": "600.00",
        "percentage": "60.0000",
        "position_count": 1,
    }
    # Of what is invested 2/3 and 1/3: HHI 5/9.
    assert answer["concentration"] == {
        "hhi": "0.5556",
        "effective_holdings": "1.8000",
        "top_5_weight": "1.0000",
    }
    assert (answer["rebalancing"], answer["warnings"]) == (None, [])


def test_percentages_of_thirds_sum_to_exactly_a_hundred(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    for symbol in ("A", "B", "C"):
        asset = world.asset(symbol, {DAY: "10"}, sector=symbol)
        world.record(number, "BUY", DAY, asset=asset, quantity="1", price="10")
    desk.hear()
    rows = allocation(desk, number)["allocations"]["sector"]
    assert [row["percentage"] for row in rows] == ["33.3334", "33.3333", "33.3333"]


def test_targets_give_the_drift_and_trades_that_sum_to_nothing(desk: Desk) -> None:
    answer = allocation(desk, mixed(desk), targets="STOCK:50,BOND:40,ETF:10")
    rows = {row.pop("key"): row for row in answer["rebalancing"]}
    assert rows["STOCK"] == {
        "target": "50.0000",
        "actual": "60.0000",
        "drift": "10.0000",
        "target_value": "500.00",
        "trade": "-100.00",
    }
    assert {key: row["trade"] for key, row in rows.items()} == {
        "STOCK": "-100.00",
        "BOND": "100.00",
        "CASH": "-100.00",  # no target: nothing should be left
        "ETF": "100.00",
    }
    assert sum(Decimal(row["trade"]) for row in rows.values()) == 0


def test_the_day_is_the_last_market_day_on_or_before_the_end(desk: Desk) -> None:
    number = mixed(desk)
    [stock, _] = desk.world.assets
    desk.world.price(stock, "2024-01-08", "90")
    desk.hear()
    assert allocation(desk, number)["total_value"] == "1300.00"
    before = allocation(desk, number, end_date="2024-01-07")
    assert (before["as_of"], before["total_value"]) == (DAY, "1000.00")


def test_what_has_no_price_is_left_out_and_the_total_is_null(desk: Desk) -> None:
    number, house = mixed(desk), desk.world.asset("HOUSE")
    desk.world.record(number, "TRANSFER_IN", DAY, asset=house, quantity="1", price="5")
    desk.hear()
    answer = allocation(desk, number)
    assert answer["total_value"] is None
    assert codes(answer, "total_value") == ["price_missing"]
    assert shares(answer, "asset_type")["STOCK"] == ("600.00", "60.0000")


def test_a_price_that_came_later_is_no_remark_on_the_day_itself(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    asset = world.asset("LATE", {"2024-02-01": "10"})
    world.record(number, "DEPOSIT", DAY, amount="10")
    world.record(number, "BUY", DAY, asset=asset, quantity="1", price="10")
    desk.hear()
    answer = allocation(desk, number)
    assert (answer["total_value"], answer["warnings"]) == ("10.00", [])


def test_an_empty_portfolio_has_no_parts_and_says_so(desk: Desk) -> None:
    number = desk.world.portfolio()
    desk.hear()
    answer = allocation(desk, number)
    assert (answer["as_of"], answer["total_value"]) == (None, None)
    assert set(map(len, answer["allocations"].values())) == {0}
    assert codes(answer, "total_value") == codes(answer, "concentration.hhi") == ["no_valuation"]


def test_an_emptied_portfolio_is_worth_nothing_in_the_currencys_decimals(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    world.record(number, "DEPOSIT", DAY, amount="10")
    world.record(number, "WITHDRAWAL", DAY, amount="-10")
    desk.hear()
    assert allocation(desk, number)["total_value"] == "0.00"


def test_debts_alone_have_no_percentages(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    world.record(number, "WITHDRAWAL", DAY, amount="-10")
    desk.hear()
    answer = allocation(desk, number)
    assert shares(answer, "asset_type") == {"CASH": ("-10.00", None)}
    assert codes(answer, "allocations.percentage") == ["nothing_to_divide"]
    assert codes(answer, "concentration.hhi") == ["no_holdings"]


@pytest.mark.parametrize(
    "targets",
    ["STOCK:50", "STOCK:150,BOND:-50", "STOCK:60,STOCK:40", "LAND:100", "STOCK", "STOCK:x"],
)
def test_wrong_targets_are_400_and_named(desk: Desk, targets: str) -> None:
    query = {"portfolio_id": mixed(desk), "targets": targets}
    answer = desk.stand.client().get(PATH, query_string=query)
    assert answer.status_code == 400
    assert "targets" in answer.get_json()["details"]["message"]


def test_assets_of_one_symbol_and_cash_are_rows_of_their_own(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    world.record(number, "DEPOSIT", DAY, amount="100")
    for price in ("10", "20"):
        asset = world.asset("CASH", {DAY: price}, asset_type="CASH", sector=None)
        world.record(number, "BUY", DAY, asset=asset, quantity="1", price=price)
    desk.hear()
    found = allocation(desk, number, targets="CASH:90,STOCK:10")
    by_itself, by_type = (found["allocations"][by] for by in ("individual", "asset_type"))
    assert [(row["key"], row["value"]) for row in by_itself] == [
        ("CASH", "70.00"),
        ("CASH", "20.00"),
        ("CASH", "10.00"),
    ]
    assert [(row["label"], row["value"]) for row in by_type] == [
        ("Cash", "70.00"),
        ("CASH", "30.00"),
    ]
    # A target means cash and what is of its type together.
    assert [(row["key"], row["actual"], row["trade"]) for row in found["rebalancing"]] == [
        ("CASH", "100.0000", "-10.00"),
        ("STOCK", "0.0000", "10.00"),
    ]
