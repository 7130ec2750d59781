"""GET /api/assets/{id}/performance_metrics/: one unit of an asset."""

from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import ADDED, ORIGINAL, UP_DOWN_UP, codes


def test_one_unit_of_an_asset_is_measured_in_its_own_currency(desk: Desk) -> None:
    asset = desk.world.asset("ACME", UP_DOWN_UP, currency="GBP")
    desk.hear()
    answer = desk.asset_metrics(asset)
    assert list(answer) == ORIGINAL + ADDED
    assert answer["total_return"] == "8.9000"  # 108.9 / 100
    assert (answer["currency"], answer["var_95"]) == ("GBP", "-8.71")  # −0.08 × 108.90
    assert answer["observations"] == 3


def test_a_split_is_no_return_and_money_stays_at_the_price_as_traded(desk: Desk) -> None:
    # 100 before is 25 after; −10 % and +10 % in new shares.
    prices = {"2024-01-02": "100", "2024-01-03": "22.5", "2024-01-04": "24.75"}
    asset = desk.world.asset("ACME", prices)
    desk.world.split(asset, "2024-01-03", "4:1")
    desk.hear()
    answer = desk.asset_metrics(asset)
    assert answer["total_return"] == "-1.0000"
    assert answer["var_95"] == "-2.23"  # (−0.1 + 0.2 × 0.05) × 24.75 = −2.2275


def test_crypto_has_365_periods_a_year(desk: Desk) -> None:
    asset = desk.world.asset("BTC", UP_DOWN_UP, asset_type="CRYPTO")
    desk.hear()
    assert desk.asset_metrics(asset)["volatility"] == "220.61"  # √(0.04/3 × 365)


def test_an_asset_without_prices_has_no_figures(desk: Desk) -> None:
    asset = desk.world.asset("HOUSE")
    desk.hear()
    answer = desk.asset_metrics(asset)
    assert answer["total_return"] is None
    assert codes(answer, "total_return") == ["no_valuation"]


def test_a_private_asset_is_not_there_for_others(desk: Desk) -> None:
    asset = desk.world.asset("HOUSE", UP_DOWN_UP, owner=1)
    desk.hear()
    path = f"/api/assets/{asset}/performance_metrics/"
    assert desk.stand.client(user=1).get(path).status_code == 200
    assert desk.stand.client(user=2, staff=True).get(path).status_code == 404
    assert desk.stand.client(user=1).get("/api/assets/999/performance_metrics/").status_code == 404


def test_an_asset_that_no_event_told_of_yet_is_asked_for_once(desk: Desk) -> None:
    asset = desk.world.asset("ACME", UP_DOWN_UP)
    assert desk.asset_metrics(asset)["total_return"] == "8.9000"
    assert desk.asset_metrics(asset)["total_return"] == "8.9000"
    assert desk.world.asked == [f"/internal/v1/assets/{asset}/prices/"]
