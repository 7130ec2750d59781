"""Which days a portfolio has: those of its entries, and the priced days of what it holds."""

from typing import Any

import pytest

from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import codes


def curve(desk: Desk, portfolio: int, **query: Any) -> dict[str, Any]:
    return desk.get(f"/api/portfolios/{portfolio}/historical_performance/", **query)


def column(answer: dict[str, Any], name: str) -> list[Any]:
    return [point[name] for point in answer["series"]]


def snapshots(desk: Desk, portfolio: int) -> list[dict[str, Any]]:
    desk.appraise()
    query = {"portfolio_id": portfolio, "ordering": "date"}
    rows: list[dict[str, Any]] = desk.get("/api/portfolio-snapshots/", **query)["results"]
    return rows


def test_dividends_between_two_prices_keep_their_dates(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    fund = world.asset("FUND", {"2009-12-31": "1000", "2012-12-31": "1300"})
    world.record(number, "BUY", "2009-12-31", asset=fund, quantity="1", price="1000")
    for day in ("2010-06-30", "2011-06-30", "2012-06-29"):
        world.record(number, "DIVIDEND", day, asset=fund, amount="40")
    world.record(number, "SELL", "2012-12-31", asset=fund, quantity="1", price="1300")
    desk.hear()
    answer = desk.portfolio_metrics(number)
    # −1000, then 40 after 181, 546 and 911 days, and 1300 after 1096: the root of
    # Σ aᵢ(1 + r)^(−dᵢ / 365) by bisection is 13.0442 %.
    assert answer["money_weighted_return"] == "13.04"
    assert answer["total_return"] == "46.2323"  # 1.04³ × 1.3
    assert column(curve(desk, number), "date") == [
        *("2009-12-31", "2010-06-30", "2011-06-30", "2012-06-29", "2012-12-31"),
    ]


@pytest.mark.parametrize("sold", ["2024-01-04", "2024-01-05", "2024-01-06", "2024-01-07"])
def test_a_sale_at_the_last_close_leaves_the_return_alone(desk: Desk, sold: str) -> None:
    # Wednesday to Monday; the sale on Thursday, Friday, Saturday or Sunday.
    prices = {"2024-01-03": "100", "2024-01-04": "100", "2024-01-05": "100", "2024-01-08": "80"}
    world, number = desk.world, desk.world.portfolio()
    asset = world.asset("ACME", prices)
    world.record(number, "BUY", "2024-01-03", asset=asset, quantity="8", price="100")
    world.record(number, "SELL", sold, asset=asset, quantity="4", price="100")
    desk.hear()
    assert desk.portfolio_metrics(number)["total_return"] == "-20.0000"
    assert column(curve(desk, number), "date") == sorted({*prices, sold})


def test_interest_before_the_first_purchase_is_a_return(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    asset = world.asset("ACME", {"2024-03-04": "10", "2024-03-05": "10"})
    world.record(number, "DEPOSIT", "2024-01-01", amount="500")
    world.record(number, "INTEREST", "2024-03-01", amount="25")
    world.record(number, "BUY", "2024-03-04", asset=asset, quantity="10", price="10")
    desk.hear()
    answer = desk.portfolio_metrics(number)
    assert answer["total_return"] == "5.0000"  # 525 / 500
    assert (answer["start_date"], answer["days_analyzed"]) == ("2024-01-01", 64)
    days = ["2024-01-01", "2024-03-01", "2024-03-04", "2024-03-05"]
    found = curve(desk, number)
    assert column(found, "date") == days
    assert column(found, "return_percentage") == ["0.0000", "5.0000", "5.0000", "5.0000"]
    stored = snapshots(desk, number)
    assert [row["date"] for row in stored] == days
    assert [row["total_value"] for row in stored] == ["500.00", "525.00", "525.00", "525.00"]


def test_what_a_purchase_costs_beyond_the_close_is_a_loss_of_its_day(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    asset = world.asset("ACME", dict.fromkeys(("2024-01-02", "2024-01-03", "2024-01-04"), "50"))
    bought = {"asset": asset, "quantity": "10", "price": "50", "amount": "-525"}  # a fee of 25
    world.record(number, "BUY", "2024-01-02", **bought)  # type: ignore[arg-type]  # mixed values
    desk.hear()
    answer = desk.portfolio_metrics(number)
    assert (answer["total_return"], answer["max_drawdown"]) == ("-4.7619", "-4.76")  # 500 / 525
    assert (answer["max_drawdown_peak"], answer["observations"]) == ("2024-01-02", 2)
    assert column(curve(desk, number), "return_percentage") == ["-4.7619"] * 3
    # From the next day on nothing moves.
    assert desk.portfolio_metrics(number, start_date="2024-01-03")["total_return"] == "0.0000"


def test_what_a_purchase_costs_counts_also_after_the_portfolio_was_emptied(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    days = [f"2024-01-{day:02d}" for day in range(2, 13)]
    asset = world.asset("ACME", dict.fromkeys(days, "50"))
    world.record(number, "BUY", "2024-01-02", asset=asset, quantity="10", price="50")
    world.record(number, "SELL", "2024-01-04", asset=asset, quantity="10", price="50")
    world.record(number, "BUY", "2024-01-10", asset=asset, quantity="10", price="50", amount="-525")
    desk.hear()
    assert desk.portfolio_metrics(number)["total_return"] == "-4.7619"
    # While nothing is held there are no days.
    assert column(curve(desk, number), "date") == [*days[:3], *days[8:]]


def test_a_transfer_on_the_day_of_a_split_comes_in_at_the_close_before_in_new_shares(
    desk: Desk,
) -> None:
    world, number = desk.world, desk.world.portfolio()
    asset = world.asset("ACME", {"2024-01-02": "80", "2024-01-03": "20"})
    world.record(number, "BUY", "2024-01-02", asset=asset, quantity="10", price="80")
    world.record(number, "SPLIT", "2024-01-03", asset=asset, ratio="4:1")
    world.record(number, "TRANSFER_IN", "2024-01-03", asset=asset, quantity="40", price="20")
    desk.hear()
    answer = desk.portfolio_metrics(number)
    assert answer["total_return"] == "0.0000"  # 1600 / (800 + 40 × 80 / 4)
    assert answer["money_weighted_return"] == "0.00"
    # The same where the asset knows of its split.
    world.split(asset, "2024-01-03", "4:1")
    desk.hear()
    assert desk.portfolio_metrics(number)["total_return"] == "0.0000"


def test_a_split_on_a_day_without_a_price_changes_no_value(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    asset = world.asset("ACME", {"2024-01-05": "80", "2024-01-08": "20"})
    world.record(number, "BUY", "2024-01-05", asset=asset, quantity="10", price="80")
    world.record(number, "SPLIT", "2024-01-07", asset=asset, ratio="4:1")
    desk.hear()
    assert column(curve(desk, number), "value") == ["800.00", "800.00", "800.00"]


def test_days_without_a_value_have_a_snapshot_and_are_no_points(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    asset = world.asset("ACME", dict.fromkeys(("2024-01-02", "2024-01-03", "2024-01-04"), "10"))
    late = world.asset("LATE", {"2024-01-04": "22"})
    world.record(number, "BUY", "2024-01-02", asset=asset, quantity="1", price="10")
    world.record(number, "BUY", "2024-01-03", asset=late, quantity="1", price="20")
    desk.hear()
    found = curve(desk, number)
    assert column(found, "date") == ["2024-01-02", "2024-01-04"]
    assert column(found, "net_flow") == ["10.00", "20.00"]
    assert column(found, "return_percentage") == ["0.0000", "6.6667"]  # 32 / (10 + 20)
    answer = desk.portfolio_metrics(number)
    assert (answer["total_return"], answer["observations"]) == ("6.6667", 1)
    stored = [(row["date"], row["total_value"]) for row in snapshots(desk, number)]
    assert stored == [("2024-01-02", "10.00"), ("2024-01-03", None), ("2024-01-04", "32.00")]


def test_metrics_end_with_the_last_value_that_is_known(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    asset = world.asset("ACME", {"2024-01-02": "10", "2024-01-03": "11", "2024-01-04": "12"})
    house = world.asset("HOUSE")
    world.record(number, "BUY", "2024-01-02", asset=asset, quantity="1", price="10")
    world.record(number, "BUY", "2024-01-04", asset=house, quantity="1", price="100")
    desk.hear()
    answer = desk.portfolio_metrics(number)
    assert (answer["end_date"], answer["total_return"]) == ("2024-01-03", "10.0000")
    assert "HOUSE was held on 2024-01-04 without any price" in str(answer["warnings"])
    found = curve(desk, number)
    assert column(found, "date") == ["2024-01-02", "2024-01-03"]
    assert codes(found, "series.value") == ["price_missing"]


def test_from_a_debt_on_there_is_no_return_to_draw(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    for day, kind, amount in (
        ("2024-01-02", "DEPOSIT", "100"),
        ("2024-01-03", "WITHDRAWAL", "-150"),
        ("2024-01-04", "INTEREST", "10"),
        ("2024-01-05", "DEPOSIT", "100"),
    ):
        world.record(number, kind, day, amount=amount)
    desk.hear()
    # 100 / 100, (−50 + 150) / 100; then the value that the day begins with is negative.
    found = curve(desk, number)
    assert column(found, "return_percentage") == ["0.0000", "0.0000", None, None]
    assert codes(found, "series.return_percentage") == ["total_loss"]
    later = curve(desk, number, start_date="2024-01-03")
    assert column(later, "return_percentage") == ["0.0000", None, None]
    answer = desk.portfolio_metrics(number)
    assert (answer["total_return"], codes(answer, "total_return")[-1]) == (None, "total_loss")


def test_a_day_on_which_nothing_was_invested_is_skipped_and_remarked(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    asset = world.asset("ACME", {"2024-01-02": "10", "2024-01-03": "11"})
    world.record(number, "BUY", "2024-01-02", asset=asset, quantity="1", price="10")
    world.record(number, "SELL", "2024-01-03", asset=asset, quantity="1", price="11")
    world.record(number, "DIVIDEND", "2024-01-05", asset=asset, amount="1")
    desk.hear()
    found = curve(desk, number)
    assert column(found, "return_percentage") == ["0.0000", "10.0000", "10.0000"]
    assert codes(found, "series.return_percentage") == ["zero_denominator"]
    answer = desk.portfolio_metrics(number)
    assert answer["total_return"] == "10.0000"
    assert codes(answer, "total_return") == ["zero_denominator"]


def test_a_benchmark_begins_with_its_last_close_on_or_before_the_first_entry(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    asset = world.asset("ACME", {"2024-01-05": "10", "2024-01-08": "11", "2024-01-09": "12"})
    world.asset("INDEX", {"2024-01-05": "10", "2024-01-08": "11", "2024-01-09": "12"})
    bought = {"asset": asset, "quantity": "1", "price": "10"}
    world.record(number, "BUY", "2024-01-06", **bought)  # type: ignore[arg-type]  # a Saturday
    desk.hear()
    answer = desk.portfolio_metrics(number, benchmark="INDEX")
    assert (answer["start_date"], answer["beta"]) == ("2024-01-06", "1.00")
    assert column(curve(desk, number, benchmark="INDEX"), "benchmark_return_percentage") == [
        *("0.0000", "10.0000", "20.0000"),
    ]
