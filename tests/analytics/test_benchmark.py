"""What something is measured against: whose symbol it is, and in which currency."""

import pytest

from services.analytics.app import create_app
from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import HALF, UP_DOWN_UP, codes, ten_shares
from tests.conftest import MakeStand

FLAT = dict.fromkeys(UP_DOWN_UP, "100")


def test_twice_the_benchmark_has_a_beta_of_two_and_no_alpha(desk: Desk) -> None:
    number = ten_shares(desk)
    desk.world.asset("SP500", HALF, asset_type="INDEX")
    desk.hear()
    answer = desk.portfolio_metrics(number, benchmark="SP500")
    assert answer["beta"] == "2.00"
    assert answer["alpha"] == "0.00"
    assert answer["r_squared"] == "1.00"
    assert answer["tracking_error"] == "91.65"  # differences ±0.05: 0.057735 × √252
    assert answer["information_ratio"] == "4.58"  # 0.0166667 × 252 / 0.916515


def test_an_alias_stands_for_a_symbol_that_is_no_asset(desk: Desk) -> None:
    number = ten_shares(desk)
    desk.world.asset("SP500", HALF, asset_type="INDEX")
    desk.hear()
    answer = desk.portfolio_metrics(number, benchmark="spy")
    assert answer["benchmark"] == {"requested": "spy", "symbol": "SP500"}
    assert answer["beta"] == "2.00"


def test_an_asset_of_that_symbol_goes_before_the_alias(desk: Desk) -> None:
    number = ten_shares(desk)
    desk.world.asset("SP500", HALF, asset_type="INDEX")
    desk.world.asset("SPY", UP_DOWN_UP)
    desk.hear()
    answer = desk.portfolio_metrics(number, benchmark="SPY")
    assert answer["benchmark"] == {"requested": "SPY", "symbol": "SPY"}
    assert answer["beta"] == "1.00"


def test_a_users_own_asset_goes_before_a_public_one_and_anothers_is_not_seen(desk: Desk) -> None:
    number = ten_shares(desk)
    desk.world.asset("MINE", HALF)
    desk.world.asset("MINE", UP_DOWN_UP, owner=1)
    desk.world.asset("THEIRS", UP_DOWN_UP, owner=2)
    desk.hear()
    assert desk.portfolio_metrics(number, benchmark="MINE")["beta"] == "1.00"
    path = f"/api/portfolios/{number}/performance_metrics/?benchmark=THEIRS"
    assert desk.stand.client().get(path).status_code == 400


def test_a_benchmark_that_no_event_told_of_yet_is_asked_for_once(desk: Desk) -> None:
    number = ten_shares(desk)
    young = desk.world.asset("YOUNG", HALF)
    desk.world.asked.clear()
    for _ in range(2):
        assert desk.portfolio_metrics(number, benchmark="young")["beta"] == "2.00"
    assert desk.world.asked == [
        "/internal/v1/assets/by-symbols/",
        f"/internal/v1/assets/{young}/prices/",
    ]


def test_what_an_alias_stands_for_is_asked_for_too(desk: Desk) -> None:
    number = ten_shares(desk)
    desk.world.asset("SP500", HALF, asset_type="INDEX")
    answer = desk.portfolio_metrics(number, benchmark="SPY")
    assert answer["benchmark"] == {"requested": "SPY", "symbol": "SP500"}
    assert answer["beta"] == "2.00"


def test_the_usual_benchmark_that_nobody_named_is_not_asked_for(desk: Desk) -> None:
    number = ten_shares(desk)
    desk.world.asset("SPY", HALF)
    desk.world.asked.clear()
    answer = desk.get("/api/analytics/scenario_analysis/", portfolio_id=number)
    assert (answer["benchmark"], desk.world.asked) == (None, [])


@pytest.mark.parametrize("requested", ["NOSUCH", "A,", "ÄÖÜ", "X" * 64])
def test_a_benchmark_that_is_no_asset_is_named(desk: Desk, requested: str) -> None:
    number = ten_shares(desk)
    path = f"/api/portfolios/{number}/performance_metrics/"
    answer = desk.stand.client().get(path, query_string={"benchmark": requested})
    assert answer.status_code == 400
    assert f"'benchmark': There is no asset '{requested}'." in answer.text


def test_an_owner_of_assets_that_is_down_is_a_503_as_for_an_id(
    desk: Desk, make_stand: MakeStand
) -> None:
    deaf = make_stand("analytics", create_app)
    client = deaf.client()
    for path in (
        "/api/analytics/correlation_matrix/?symbols=NOSUCH",
        "/api/analytics/correlation_matrix/?assets=4711",
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_a_benchmark_in_another_currency_is_turned_by_the_days_rate(desk: Desk) -> None:
    # In euros it stands at 1000, 1050, 997.5, 1047.375: half of each of the portfolio's returns.
    world = desk.world
    rates = {"2024-01-02": "1", "2024-01-03": "2", "2024-01-04": "4", "2024-01-05": "2"}
    dollars = {"2024-01-02": "1000", "2024-01-03": "2100", "2024-01-04": "3990"}
    world.asset("EURUSD", rates, asset_type="CURRENCY")
    world.asset("SP500", dollars | {"2024-01-05": "2094.75"}, asset_type="INDEX")
    asset = world.asset("SAP.DE", UP_DOWN_UP, currency="EUR")
    number = world.portfolio(currency="EUR")
    world.record(
        number, "BUY", "2024-01-02", asset=asset, quantity="10", price="100", currency="EUR"
    )
    desk.hear()
    assert desk.portfolio_metrics(number, benchmark="SPY")["beta"] == "2.00"
    assert desk.asset_metrics(asset, benchmark="SPY")["beta"] == "2.00"


def test_a_benchmark_without_a_rate_says_which_pair_is_missing(desk: Desk) -> None:
    number = ten_shares(desk)
    desk.world.asset("DAX", HALF, asset_type="INDEX", currency="EUR")
    desk.hear()
    answer = desk.portfolio_metrics(number, benchmark="DAX")
    assert answer["beta"] is None
    assert codes(answer, "benchmark") == ["rate_missing"]
    assert "from EUR to USD" in str(answer["warnings"])


def test_a_benchmark_that_stands_still_or_shares_no_day_has_no_beta(desk: Desk) -> None:
    number = ten_shares(desk)
    desk.world.asset("FLAT", FLAT)
    desk.world.asset("OLD", {"2001-01-02": "1", "2001-01-03": "2"})
    desk.hear()
    flat, old = (desk.portfolio_metrics(number, benchmark=name) for name in ("FLAT", "OLD"))
    assert (flat["beta"], codes(flat, "beta")) == (None, ["zero_dispersion"])
    assert (old["beta"], codes(old, "beta")) == (None, ["no_common_days"])


def test_an_asset_against_itself_has_a_beta_of_exactly_one(desk: Desk) -> None:
    asset = desk.world.asset("ACME", UP_DOWN_UP)
    desk.hear()
    answer = desk.asset_metrics(asset, benchmark="ACME", risk_free_rate="0.02")
    assert (answer["beta"], answer["alpha"], answer["tracking_error"]) == ("1.00", "0.00", "0.00")
    assert codes(answer, "information_ratio") == ["zero_dispersion"]
