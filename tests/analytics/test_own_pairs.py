"""A user's own currency pair: it counts for their portfolios, in every figure, and only there."""

from typing import Any

import pytest

from services.analytics import replicas
from tests.analytics.conftest import Desk
from tests.analytics.test_appraiser import marked, told
from tests.analytics.test_portfolio_metrics import UP_DOWN_UP

OWN = {"2024-01-02": "2", "2024-01-04": "4"}
PUBLIC = {"2024-01-02": "1", "2024-01-03": "3", "2024-01-05": "5"}


def holding(desk: Desk, owner: int) -> int:
    """Return a portfolio in dollars of a user who bought one share of 100 euros."""
    world = desk.world
    known = [key for key, owned in world.assets.items() if owned.card["symbol"] == "SAP"]
    asset = known[0] if known else world.asset("SAP", UP_DOWN_UP, currency="EUR")
    number = world.portfolio(owner=owner)
    day, row = "2024-01-02", {"quantity": "1", "price": "100", "exchange_rate": "1"}
    world.record(number, "BUY", day, asset=asset, currency="EUR", **row)
    return number


def own_pair(desk: Desk, closes: dict[str, str] = OWN) -> int:
    return desk.world.asset("EURUSD", closes, asset_type="CURRENCY", owner=1)


def public_pair(desk: Desk, closes: dict[str, str] = PUBLIC) -> int:
    return desk.world.asset("EURUSD", closes, asset_type="CURRENCY")


def get(desk: Desk, user: int, path: str, **query: Any) -> dict[str, Any]:
    answer = desk.stand.client(user).get(path, query_string=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def curve(desk: Desk, user: int, portfolio: int) -> list[str | None]:
    path = f"/api/portfolios/{portfolio}/historical_performance/"
    return [point["value"] for point in get(desk, user, path)["series"]]


def allocated(desk: Desk, user: int, portfolio: int) -> str | None:
    path = "/api/analytics/asset_allocation_analysis/"
    value: str | None = get(desk, user, path, portfolio_id=portfolio)["total_value"]
    return value


def snapshots(desk: Desk, user: int) -> list[str | None]:
    desk.hear()
    desk.appraise()
    page = get(desk, user, "/api/portfolio-snapshots/", ordering="date")
    return [snapshot["total_value"] for snapshot in page["results"]]


def test_an_own_pair_counts_for_its_owner_and_for_nobody_else(desk: Desk) -> None:
    mine, theirs = holding(desk, 1), holding(desk, 2)
    own_pair(desk)
    desk.hear()
    # Closes 100, 110, 99, 108.90 at 2, 2, 4, 4.
    assert curve(desk, 1, mine) == ["200.00", "220.00", "396.00", "435.60"]
    assert curve(desk, 2, theirs) == []
    assert snapshots(desk, 1) == ["200.00", "220.00", "396.00", "435.60"]
    assert snapshots(desk, 2) == [None] * 4
    assert (allocated(desk, 1, mine), allocated(desk, 2, theirs)) == ("435.60", None)
    metrics = "/api/portfolios/{}/performance_metrics/"
    assert get(desk, 1, metrics.format(mine))["total_return"] is not None
    assert get(desk, 2, metrics.format(theirs))["total_return"] is None


@pytest.mark.parametrize("first", ["own", "public"])
def test_of_an_own_and_a_public_pair_the_later_close_counts_and_of_one_day_the_own_one(
    desk: Desk, first: str
) -> None:
    mine, theirs = holding(desk, 1), holding(desk, 2)
    for make in (own_pair, public_pair) if first == "own" else (public_pair, own_pair):
        make(desk)
    desk.hear()
    # The own 2 of the first day, the public 3, the own 4, the public 5.
    assert curve(desk, 1, mine) == ["200.00", "330.00", "396.00", "544.50"]
    assert curve(desk, 2, theirs) == ["100.00", "330.00", "297.00", "544.50"]


@pytest.mark.parametrize("first", ["portfolios", "pairs"])
def test_whatever_comes_first_the_snapshots_are_those_of_both(desk: Desk, first: str) -> None:
    def portfolios() -> None:
        holding(desk, 1)
        holding(desk, 2)

    def pairs() -> None:
        own_pair(desk)
        public_pair(desk)

    for make in (portfolios, pairs) if first == "portfolios" else (pairs, portfolios):
        make()
        desk.hear()
        desk.appraise()
    assert snapshots(desk, 1) == ["200.00", "330.00", "396.00", "544.50"]
    assert snapshots(desk, 2) == ["100.00", "330.00", "297.00", "544.50"]
    replicas.rebuild(desk.stand.database, desk.owners, lambda _: None)
    assert snapshots(desk, 1) == ["200.00", "330.00", "396.00", "544.50"]
    assert snapshots(desk, 2) == ["100.00", "330.00", "297.00", "544.50"]


def test_a_price_of_an_own_pair_concerns_its_owners_portfolios_alone(desk: Desk) -> None:
    mine, _ = holding(desk, 1), holding(desk, 2)
    pair = own_pair(desk)
    desk.hear()
    desk.appraise()
    desk.world.price(pair, "2024-01-05", "10")
    desk.hear()
    assert marked(desk) == [mine]
    assert told(desk, "portfolio-valued")[-1].data["total_value"] == "1089.00"


def test_an_own_pair_also_concerns_what_still_waits_to_be_valued(desk: Desk) -> None:
    pair = own_pair(desk)
    mine, theirs = holding(desk, 1), holding(desk, 2)
    desk.hear()
    before = marked(desk)
    desk.world.price(pair, "2024-01-05", "10")
    desk.hear()
    after = marked(desk)
    assert after.count(mine) == before.count(mine) + 1
    assert after.count(theirs) == before.count(theirs)


def test_kept_answers_follow_the_own_pair_and_not_anothers(desk: Desk) -> None:
    mine, theirs = holding(desk, 1), holding(desk, 2)
    public_pair(desk)
    pair = own_pair(desk)
    desk.hear()
    path = f"/api/portfolios/{theirs}/performance_metrics/"
    before = curve(desk, 1, mine), curve(desk, 2, theirs)
    tag = {"If-None-Match": desk.stand.client(2).get(path).headers["ETag"]}
    desk.world.price(pair, "2024-01-05", "10")
    desk.hear()
    assert curve(desk, 1, mine) == [*before[0][:3], "1089.00"]
    assert curve(desk, 2, theirs) == before[1]
    assert desk.stand.client(2).get(path, headers=tag).status_code == 304
    desk.stand.app.forget()
    assert curve(desk, 1, mine) == [*before[0][:3], "1089.00"]
    assert curve(desk, 2, theirs) == before[1]


def test_a_retired_own_pair_counts_until_another_of_its_name_is_made(desk: Desk) -> None:
    mine = holding(desk, 1)
    pair = own_pair(desk)
    desk.world.retire(pair)
    desk.hear()
    assert curve(desk, 1, mine) == ["200.00", "220.00", "396.00", "435.60"]
    own_pair(desk, {"2024-01-02": "1"})
    desk.hear()
    assert curve(desk, 1, mine) == ["100.00", "110.00", "99.00", "108.90"]


def test_a_cross_goes_over_an_own_pair_too(desk: Desk) -> None:
    world = desk.world
    asset = world.asset("VOLV", {"2024-01-02": "100"}, currency="SEK")
    numbers = [world.portfolio(owner=owner) for owner in (1, 2)]
    row = {"quantity": "1", "price": "100", "exchange_rate": "0.1"}
    for number in numbers:
        world.record(number, "BUY", "2024-01-02", asset=asset, currency="SEK", **row)
    public_pair(desk, {"2024-01-02": "1.1"})
    world.asset("EURSEK", {"2024-01-02": "11"}, asset_type="CURRENCY", owner=1)
    desk.hear()
    # 100 crowns / 11 × 1.1.
    assert allocated(desk, 1, numbers[0]) == "10.00"
    assert allocated(desk, 2, numbers[1]) is None


def test_a_benchmark_is_converted_by_the_pairs_of_whoever_asks(desk: Desk) -> None:
    world = desk.world
    world.asset("DAX", UP_DOWN_UP, asset_type="INDEX", currency="EUR")
    asset = world.asset("ACME", UP_DOWN_UP)
    own_pair(desk, dict.fromkeys(UP_DOWN_UP, "2"))
    desk.hear()
    path = f"/api/assets/{asset}/performance_metrics/"
    assert get(desk, 1, path, benchmark="DAX")["beta"] == "1.00"
    assert get(desk, 2, path, benchmark="DAX")["beta"] is None


def test_scenarios_and_risk_act_on_values_at_the_own_rate(desk: Desk) -> None:
    mine, theirs = holding(desk, 1), holding(desk, 2)
    own_pair(desk)
    desk.hear()
    shock = {"type": "hypothetical", "fx_shock": "EUR:-0.1"}
    path = "/api/analytics/scenario_analysis/"
    answer = get(desk, 1, path, portfolio_id=mine, **shock)
    assert answer["portfolio_value"] == "435.60"
    assert answer["scenarios"][0]["pnl"] == "-43.56"
    assert get(desk, 2, path, portfolio_id=theirs, **shock)["portfolio_value"] is None
    risk = "/api/analytics/risk_metrics/"
    assert get(desk, 1, risk, portfolio_id=mine)["var"]["historical"] is not None
    assert get(desk, 2, risk, portfolio_id=theirs)["var"]["historical"] is None
