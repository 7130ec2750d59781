"""GET /api/portfolio-snapshots/: a row for each market day, as ledger and prices are now."""

from typing import Any

import pytest
from sqlalchemy import text

from services.analytics import replicas
from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import UP_DOWN_UP, ten_shares

LIST = "/api/portfolio-snapshots/"
# Euros cost two dollars from the first day on.
EURUSD = {"2024-01-02": "2"}


def listed(desk: Desk, **query: Any) -> list[dict[str, Any]]:
    """Return the snapshots of user 1 when all is heard and done, the oldest first."""
    desk.hear()
    desk.appraise()
    results = desk.get(LIST, **{"ordering": "date", **query})["results"]
    assert isinstance(results, list)
    return results


def column(desk: Desk, name: str, **query: Any) -> list[Any]:
    return [row[name] for row in listed(desk, **query)]


def test_each_market_day_since_the_first_entry_has_its_row(desk: Desk) -> None:
    number = ten_shares(desk)
    asset = next(iter(desk.world.assets))
    desk.world.record(number, "DEPOSIT", "2024-01-03", amount="500")
    desk.world.record(number, "SELL", "2024-01-04", asset=asset, quantity="5", price="99")
    rows = listed(desk)
    first, *_, last = rows
    assert [row["date"] for row in rows] == list(UP_DOWN_UP)
    created = first.pop("created")
    assert first == {
        # Days since 1900-01-01, after the portfolio's number × 2^17.
        "id": number * 2**17 + 45_291,
        "portfolio": number,
        "date": "2024-01-02",
        "total_value": "1000.00",
        "total_cost_basis": "1000.00",
        "cash_balance": "0.00",
        "net_flow": "1000.00",  # there is no cash yet, so the owner paid
        "total_return": "0.00",
        "total_return_percentage": "0.0000",
        "position_count": 1,
    }
    assert created.endswith("Z")
    # 5 × 108.90, and 500 + 495 in cash.
    assert (last["total_value"], last["cash_balance"]) == ("1539.50", "995.00")
    assert (last["total_return"], last["total_return_percentage"]) == ("44.50", "8.9000")


def test_money_of_fourteen_digits_is_exact(desk: Desk) -> None:
    # 99,999,999 at 123,456.77, then at 123,456.78: a cent more each.
    prices = {"2024-01-02": "123456.77", "2024-01-03": "123456.78"}
    asset, number = desk.world.asset("HUGE", prices), desk.world.portfolio()
    desk.world.record(
        number, "BUY", "2024-01-02", asset=asset, quantity="99999999", price="123456.77"
    )
    last = listed(desk)[-1]
    assert last["total_value"] == "12345677876543.22"
    assert last["total_cost_basis"] == "12345676876543.23"
    assert last["total_return"] == "999999.99"
    [*_, point] = desk.get(f"/api/portfolios/{number}/historical_performance/")["series"]
    assert (point["value"], point["cost_basis"]) == ("12345677876543.22", "12345676876543.23")
    allocation = desk.get("/api/analytics/asset_allocation_analysis/", portfolio_id=number)
    assert allocation["total_value"] == "12345677876543.22"
    assert desk.get("/api/analytics/risk_metrics/", portfolio_id=number)["value"] == (
        "12345677876543.22"
    )


@pytest.mark.parametrize(
    ("method", "cost"),
    [("AVERAGE", "750.00"), ("FIFO", "1000.00"), ("LIFO", "500.00"), ("HIFO", "500.00")],
)
def test_the_cost_basis_is_that_of_the_portfolios_method(
    desk: Desk, method: str, cost: str
) -> None:
    number = ten_shares(desk, {"2024-01-02": "50", "2024-01-03": "100"})
    asset = next(iter(desk.world.assets))
    desk.world.record(number, "BUY", "2024-01-03", asset=asset, quantity="10", price="100")
    desk.world.record(number, "SELL", "2024-01-03", asset=asset, quantity="10", price="100")
    desk.world.change_portfolio(number, cost_basis_method=method)
    assert column(desk, "total_cost_basis")[-1] == cost


def test_todays_price_adds_a_day_and_a_late_one_corrects_those_after_it(desk: Desk) -> None:
    ten_shares(desk)
    asset = next(iter(desk.world.assets))
    before = listed(desk)
    desk.world.price(asset, "2024-01-08", "110")
    desk.world.price(asset, "2024-01-04", "120")
    after = listed(desk)
    assert [row["total_value"] for row in after] == [
        *("1000.00", "1100.00", "1200.00", "1089.00", "1100.00"),
    ]
    # A corrected day is the same snapshot.
    kept = [(row["id"], row["created"]) for row in after[:4]]
    assert kept == [(row["id"], row["created"]) for row in before]


def test_an_edited_past_corrects_the_days_after_it(desk: Desk) -> None:
    number = ten_shares(desk)
    [buy] = desk.world.portfolios[number].transactions
    assert column(desk, "total_value")[-1] == "1089.00"
    desk.world.change_transaction(number, buy, date="2024-01-03", quantity="20")
    assert column(desk, "total_value") == ["2200.00", "1980.00", "2178.00"]
    desk.world.change_transaction(number, buy, date="2024-01-02", quantity="1")
    assert column(desk, "total_value") == ["100.00", "110.00", "99.00", "108.90"]
    desk.world.delete_transaction(number, buy)
    assert listed(desk) == []


def test_an_asset_brings_its_own_market_days_and_takes_them_away(desk: Desk) -> None:
    number = ten_shares(desk)
    coin = desk.world.asset("COIN", {"2024-01-03": "1", "2024-01-06": "2"}, asset_type="CRYPTO")
    assert len(listed(desk)) == 4
    late = desk.world.record(number, "BUY", "2024-01-05", asset=coin, quantity="1", price="2")
    assert column(desk, "date")[-1] == "2024-01-06"
    desk.world.delete_transaction(number, late)
    assert column(desk, "date") == list(UP_DOWN_UP)


def test_a_new_rate_corrects_what_is_held_in_that_currency(desk: Desk) -> None:
    pair = desk.world.asset("EURUSD", EURUSD, asset_type="CURRENCY")
    asset = desk.world.asset("ACME", UP_DOWN_UP, currency="EUR")
    number = desk.world.portfolio()
    trade = {"quantity": "1", "price": "100", "currency": "EUR", "exchange_rate": "2"}
    desk.world.record(number, "BUY", "2024-01-02", asset=asset, **trade)
    assert column(desk, "total_value") == ["200.00", "220.00", "198.00", "217.80"]
    desk.world.price(pair, "2024-01-04", "3")
    assert column(desk, "total_value") == ["200.00", "220.00", "297.00", "326.70"]


def test_a_rate_that_comes_late_is_waited_for(desk: Desk) -> None:
    asset = desk.world.asset("ACME", UP_DOWN_UP, currency="EUR")
    number = desk.world.portfolio()
    trade = {"quantity": "1", "price": "100", "currency": "EUR", "exchange_rate": "2"}
    desk.world.record(number, "BUY", "2024-01-02", asset=asset, **trade)
    assert column(desk, "total_value") == [None] * 4
    assert column(desk, "total_return_percentage") == [None] * 4
    desk.world.asset("USDEUR", {"2024-01-03": "0.5"}, asset_type="CURRENCY")
    assert column(desk, "total_value") == [None, "220.00", "198.00", "217.80"]


def test_a_retired_rate_counts_until_another_pair_has_its_symbol(desk: Desk) -> None:
    pair = desk.world.asset("EURUSD", EURUSD, asset_type="CURRENCY")
    asset = desk.world.asset("ACME", {"2024-01-02": "100"}, currency="EUR")
    number = desk.world.portfolio()
    trade = {"quantity": "1", "price": "100", "currency": "EUR", "exchange_rate": "2"}
    desk.world.record(number, "BUY", "2024-01-02", asset=asset, **trade)
    assert column(desk, "total_value") == ["200.00"]
    desk.world.retire(pair)
    assert column(desk, "total_value") == ["200.00"]
    newer = desk.world.asset("EURUSD", {"2024-01-01": "3"}, asset_type="CURRENCY")
    assert column(desk, "total_value") == ["300.00"]
    desk.world.retire(newer)
    assert column(desk, "total_value") == ["300.00"]


def test_money_has_the_minor_unit_of_the_portfolio(desk: Desk) -> None:
    prices = {"2024-01-02": "100.25"}
    asset = desk.world.asset("ACME", prices, currency="JPY")
    number = desk.world.portfolio(currency="JPY")
    trade = {"quantity": "2", "price": "100.25", "currency": "JPY"}
    desk.world.record(number, "BUY", "2024-01-02", asset=asset, **trade)
    [row] = listed(desk)
    assert (row["total_value"], row["total_return_percentage"]) == ("201", "0.0000")


def test_the_list_is_filtered_ordered_and_paged(desk: Desk) -> None:
    one, two = ten_shares(desk), ten_shares(desk)
    assert column(desk, "portfolio", start_date="2024-01-05") == [one, two]
    window = {"portfolio_id": two, "start_date": "2024-01-03", "end_date": "2024-01-04"}
    assert column(desk, "date", **window) == ["2024-01-03", "2024-01-04"]
    largest = {"portfolio_id": one, "ordering": "-total_value"}
    assert column(desk, "total_value", **largest)[:2] == ["1100.00", "1089.00"]
    page = desk.get(LIST, page_size=3, page=2)
    assert (page["count"], len(page["results"]), page["previous"] is None) == (8, 3, False)
    assert desk.get(LIST)["results"][0]["date"] == "2024-01-05"


def test_the_list_is_a_csv_for_who_asks_for_one(desk: Desk) -> None:
    ten_shares(desk)
    listed(desk)
    answer = desk.stand.client().get(LIST, headers={"Accept": "text/csv"})
    lines = answer.text.splitlines()
    assert lines[0].startswith("id,portfolio,date,total_value")
    assert len(lines) == 5


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("start_date=2024-01-02&end_date=2024-01-01", "start_date"),
        ("ordering=name", "ordering"),
        ("search=x", "search"),
        ("portfolio=1", "portfolio"),
    ],
)
def test_a_wrong_parameter_is_400_and_named(desk: Desk, query: str, name: str) -> None:
    answer = desk.stand.client().get(f"{LIST}?{query}")
    assert (answer.status_code, f"'{name}'" in answer.text) == (400, True)


def test_one_snapshot_has_a_tag_and_is_its_owners_alone(desk: Desk) -> None:
    ten_shares(desk)
    row = listed(desk)[0]
    path = f"{LIST}{row['id']}/"
    answer = desk.stand.client().get(path)
    assert answer.get_json() == row
    known = {"If-None-Match": answer.headers["ETag"]}
    assert desk.stand.client().get(path, headers=known).status_code == 304
    assert desk.stand.client(2).get(path).status_code == 404
    assert desk.stand.client(2).get(LIST).get_json()["results"] == []
    assert desk.stand.client().get(f"{LIST}{row['id'] + 900}/").status_code == 404
    assert desk.stand.client().get(f"{LIST}{2**63 - 1}/").status_code == 404


def test_a_deleted_portfolio_takes_its_snapshots_with_it(desk: Desk) -> None:
    number = ten_shares(desk)
    assert len(listed(desk)) == 4
    desk.world.delete_portfolio(number)
    desk.hear()
    assert desk.get(LIST)["results"] == []
    assert listed(desk) == []
    with desk.stand.database.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM snapshots")) == 0


def test_a_rebuild_from_nothing_makes_the_same_snapshots(desk: Desk) -> None:
    ten_shares(desk)
    before = listed(desk)
    with desk.stand.database.engine.begin() as connection:
        connection.execute(text("TRUNCATE portfolios, assets CASCADE"))
    assert desk.get(LIST)["results"] == []
    replicas.rebuild(desk.stand.database, desk.owners, lambda _: None)
    assert [row | {"created": 0} for row in listed(desk)] == [
        row | {"created": 0} for row in before
    ]
