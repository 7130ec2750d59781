"""What is kept in memory is never older than the events that were applied."""

from services.analytics.app import create_app
from shared.testing.stand import set_environment
from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import HALF, UP_DOWN_UP, ten_shares


def test_a_new_price_is_in_the_next_answer(desk: Desk) -> None:
    number = ten_shares(desk)
    assert desk.portfolio_metrics(number)["total_return"] == "8.9000"
    [asset] = desk.world.assets
    desk.world.price(asset, "2024-01-05", "121")
    desk.hear()
    assert desk.portfolio_metrics(number)["total_return"] == "21.0000"  # 121 / 100
    assert desk.asset_metrics(asset)["total_return"] == "21.0000"


def test_a_new_entry_is_in_the_next_answer(desk: Desk) -> None:
    number = ten_shares(desk)
    assert desk.portfolio_metrics(number)["var_95"] == "-87.12"
    [asset] = desk.world.assets
    desk.world.record(number, "BUY", "2024-01-02", asset=asset, quantity="10", price="100")
    desk.hear()
    assert desk.portfolio_metrics(number)["var_95"] == "-174.24"


def test_a_new_rate_is_in_the_next_answer(desk: Desk) -> None:
    rate = desk.world.asset("EURUSD", {"2024-01-02": "1"}, asset_type="CURRENCY")
    number = ten_shares(desk, currency="EUR")
    assert desk.portfolio_metrics(number)["total_return"] == "8.9000"
    desk.world.price(rate, "2024-01-05", "2")
    desk.hear()
    assert desk.portfolio_metrics(number)["total_return"] == "-45.5500"  # 1089 / 2 / 1000


def test_another_currency_of_the_portfolio_is_in_the_next_answer(desk: Desk) -> None:
    desk.world.asset("EURUSD", {"2024-01-02": "1", "2024-01-05": "2"}, asset_type="CURRENCY")
    number = ten_shares(desk)
    assert desk.portfolio_metrics(number)["currency"] == "USD"
    desk.world.change_portfolio(number, currency="EUR")
    desk.hear()
    answer = desk.portfolio_metrics(number)
    assert (answer["currency"], answer["total_return"]) == ("EUR", "-45.5500")


def test_a_benchmarks_new_price_is_in_the_next_answer(desk: Desk) -> None:
    number = ten_shares(desk)
    index = desk.world.asset("SP500", HALF, asset_type="INDEX")
    desk.hear()
    assert desk.portfolio_metrics(number, benchmark="SPY")["beta"] == "2.00"
    desk.world.import_prices(index, {day: price + "0" for day, price in UP_DOWN_UP.items()})
    desk.hear()
    assert desk.portfolio_metrics(number, benchmark="SPY")["beta"] != "2.00"


def test_answers_may_be_kept_privately_for_a_minute_and_errors_may_not(desk: Desk) -> None:
    number = ten_shares(desk)
    client = desk.stand.client()
    answer = client.get(f"/api/portfolios/{number}/performance_metrics/")
    refused = client.get("/api/portfolios/999/performance_metrics/")
    assert answer.headers["Cache-Control"] == "private, max-age=60"
    assert "max-age" not in refused.headers["Cache-Control"]


def test_what_the_client_has_is_304_until_something_changes(desk: Desk) -> None:
    number = ten_shares(desk)
    [asset] = desk.world.assets
    client = desk.stand.client()
    for path in (
        f"/api/portfolios/{number}/performance_metrics/",
        f"/api/assets/{asset}/performance_metrics/",
    ):
        had = client.get(path)
        tag = {"If-None-Match": had.headers["ETag"]}
        again = client.get(path, headers=tag)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == had.headers["ETag"]
        assert again.headers["Cache-Control"] == "private, max-age=60"
        desk.world.price(asset, "2024-01-05", "121")
        desk.hear()
        changed = client.get(path, headers=tag)
        assert changed.status_code == 200
        assert changed.headers["ETag"] != had.headers["ETag"]


def test_another_process_gives_the_same_tag_for_the_same_answer(desk: Desk) -> None:
    number = ten_shares(desk)
    path = f"/api/portfolios/{number}/performance_metrics/"
    client = desk.stand.client()
    had = client.get(path)
    with set_environment(desk.stand.environment):
        other = create_app()
    client.application = other
    again = client.get(path, headers={"If-None-Match": had.headers["ETag"]})
    other.database.close()
    assert again.status_code == 304
