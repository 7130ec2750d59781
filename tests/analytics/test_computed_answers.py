"""What all computed answers have in common: whose they are, how long they are kept."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.testing import ways
from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import ten_shares

OF_A_PORTFOLIO = [
    "/api/portfolios/{portfolio}/historical_performance/",
    "/api/analytics/risk_metrics/?portfolio_id={portfolio}",
    "/api/analytics/correlation_matrix/?portfolio_id={portfolio}",
    "/api/analytics/asset_allocation_analysis/?portfolio_id={portfolio}",
    "/api/analytics/scenario_analysis/?portfolio_id={portfolio}",
]
COMPUTED = [
    *OF_A_PORTFOLIO,
    "/api/assets/{asset}/technical_indicators/",
    "/api/analytics/market_data/",
]


@pytest.mark.parametrize("path", COMPUTED)
def test_what_the_client_has_is_304_until_a_price_changes(desk: Desk, path: str) -> None:
    number = ten_shares(desk)
    [asset] = desk.world.assets
    path, client = path.format(portfolio=number, asset=asset), desk.stand.client()
    had = client.get(path)
    assert (had.status_code, had.headers["Cache-Control"]) == (200, "private, max-age=60")
    tag = {"If-None-Match": had.headers["ETag"]}
    again = client.get(path, headers=tag)
    assert (again.status_code, again.data) == (304, b"")
    desk.world.price(asset, "2024-01-05", "121")
    desk.hear()
    changed = client.get(path, headers=tag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != had.headers["ETag"]


@pytest.mark.parametrize("path", COMPUTED[:-1])
def test_what_was_computed_is_answered_in_front_of_flask_as_by_it(desk: Desk, path: str) -> None:
    number = ten_shares(desk)
    [asset] = desk.world.assets
    path = path.format(portfolio=number, asset=asset)
    client = desk.stand.client()
    tag = {"If-None-Match": client.get(path).headers["ETag"]}
    client.get(path, headers=tag)
    for headers in ({}, tag):
        short, long = ways.answers(client, path, **headers)
        assert ways.sent(short) == ways.sent(long)


def test_what_rests_on_more_than_queries_read_goes_through_flask(desk: Desk) -> None:
    client = desk.stand.client()
    with ways.requests_of_flask(desk.stand.app) as requests:
        for _ in range(2):
            client.get("/api/analytics/market_data/")
    assert len(requests) == 2


@pytest.mark.parametrize("path", OF_A_PORTFOLIO)
def test_anothers_portfolio_answers_as_one_that_does_not_exist(desk: Desk, path: str) -> None:
    number = ten_shares(desk)
    other = desk.stand.client(user=2, staff=True)
    answers = [other.get(path.format(portfolio=each)) for each in (number, 999)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert [answer.get_json()["error"] for answer in answers] == ["Portfolio not found"] * 2


def test_anothers_private_asset_has_no_indicators(desk: Desk) -> None:
    asset = desk.world.asset("HOUSE", {"2024-01-02": "1"}, owner=1)
    desk.hear()
    path = f"/api/assets/{asset}/technical_indicators/"
    assert desk.stand.client(user=1).get(path).status_code == 200
    assert desk.stand.client(user=2).get(path).status_code == 404


@pytest.mark.parametrize("path", COMPUTED)
def test_nobody_is_401_and_an_unknown_parameter_400(desk: Desk, path: str) -> None:
    number = ten_shares(desk)
    [asset] = desk.world.assets
    path = path.format(portfolio=number, asset=asset)
    assert desk.stand.client(user=None).get(path).status_code == 401
    unknown = desk.stand.client().get(path + ("&" if "?" in path else "?") + "colour=red")
    assert unknown.status_code == 400
    assert "'colour'" in unknown.get_json()["details"]["message"]


@pytest.mark.parametrize("path", COMPUTED[:-1])
def test_a_window_that_ends_before_it_starts_is_400(desk: Desk, path: str) -> None:
    number = ten_shares(desk)
    [asset] = desk.world.assets
    path = path.format(portfolio=number, asset=asset)
    window = "start_date=2024-02-01&end_date=2024-01-01"
    answer = desk.stand.client().get(path + ("&" if "?" in path else "?") + window)
    assert answer.status_code == 400
    assert "'start_date'" in answer.get_json()["details"]["message"]


def sold_out(desk: Desk) -> int:
    number = ten_shares(desk)
    [asset] = desk.world.assets
    desk.world.record(number, "SELL", "2024-01-04", asset=asset, quantity="10", price="99")
    return number


def cash_alone(desk: Desk) -> int:
    number = desk.world.portfolio()
    desk.world.record(number, "DEPOSIT", "2024-01-02", amount="100")
    return number


def debt_alone(desk: Desk) -> int:
    number = desk.world.portfolio()
    desk.world.record(number, "WITHDRAWAL", "2024-01-02", amount="-100")
    return number


def without_prices(desk: Desk) -> int:
    number, asset = desk.world.portfolio(), desk.world.asset("HOUSE")
    desk.world.record(number, "BUY", "2024-01-02", asset=asset, quantity="1", price="100")
    return number


def without_a_rate(desk: Desk) -> int:
    return ten_shares(desk, currency="CHF")


def one_day(desk: Desk) -> int:
    return ten_shares(desk, {"2024-01-02": "100"})


def worthless(desk: Desk) -> int:
    return ten_shares(desk, {"2024-01-02": "100", "2024-01-03": "0", "2024-01-04": "0"})


ODD = [sold_out, cash_alone, debt_alone, without_prices, without_a_rate, one_day, worthless]


SCENARIOS = "/api/analytics/scenario_analysis/?portfolio_id={portfolio}&type="


@pytest.mark.parametrize("make", ODD)
def test_an_odd_portfolio_is_answered_with_numbers_and_nulls(
    desk: Desk, make: Callable[[Desk], int]
) -> None:
    number = make(desk)
    desk.hear()
    types = ("hypothetical&market_shock=1", "reverse&target_loss=-0.5", "monte_carlo")
    for path in (*OF_A_PORTFOLIO, *(SCENARIOS + kind for kind in types)):
        answer = desk.stand.client().get(path.format(portfolio=number))
        assert answer.status_code == 200, (path, answer.text)
        texts = {str(leaf).lower() for leaf in leaves(answer.get_json())}
        assert texts.isdisjoint({"nan", "inf", "-inf", "infinity", "-infinity"}), path


def leaves(node: Any) -> Iterator[Any]:
    """Yield everything in an answer that is neither object nor list."""
    if isinstance(node, dict):
        for value in node.values():
            yield from leaves(value)
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value)
    else:
        yield node
