"""GET /api/analytics/correlation_matrix/: whose assets, which days, what is not defined."""

from typing import Any

import pytest

from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import HALF, UP_DOWN_UP, codes

PATH = "/api/analytics/correlation_matrix/"
# −10 %, +10 %, −10 %: whatever UP_DOWN_UP does, the other way.
DOWN_UP_DOWN = {
    "2024-01-02": "100",
    "2024-01-03": "90",
    "2024-01-04": "99",
    "2024-01-05": "89.1",
}


def matrix(desk: Desk, **query: Any) -> dict[str, Any]:
    return desk.get(PATH, **{"min_observations": 2, **query})


def three(desk: Desk) -> list[int]:
    """Return A, B that moves half as much, and C that moves against them."""
    world = desk.world
    prices = {"A": UP_DOWN_UP, "B": HALF, "C": DOWN_UP_DOWN}
    found = [world.asset(symbol, closes) for symbol, closes in prices.items()]
    desk.hear()
    return found


def test_the_answer_has_the_fields_of_the_contract_in_its_order(desk: Desk) -> None:
    three(desk)
    assert list(matrix(desk, symbols="A,B")) == [
        *("symbols", "assets", "matrix", "observations", "average_correlation", "highest"),
        *("lowest", "start_date", "end_date", "warnings"),
    ]


def test_what_moves_alike_is_one_and_what_moves_against_it_minus_one(desk: Desk) -> None:
    a, b, c = three(desk)
    answer = matrix(desk, symbols="A,b,C")
    assert (answer["symbols"], answer["assets"]) == (["A", "B", "C"], [a, b, c])
    assert answer["matrix"] == [
        ["1.0000", "1.0000", "-1.0000"],
        ["1.0000", "1.0000", "-1.0000"],
        ["-1.0000", "-1.0000", "1.0000"],
    ]
    assert answer["observations"] == [[3, 3, 3]] * 3
    assert answer["average_correlation"] == "-0.3333"
    assert answer["highest"] == {"pair": ["A", "B"], "value": "1.0000"}
    assert answer["lowest"]["value"] == "-1.0000"
    assert (answer["start_date"], answer["end_date"]) == ("2024-01-02", "2024-01-05")
    assert answer["warnings"] == []


def test_a_number_in_between_is_the_one_worked_out_by_hand(desk: Desk) -> None:
    # Returns 1, 2, 3 % and 1, 3, 2 %: deviations −1, 0, 1 and −1, 1, 0; 1 / 2.
    days = list(UP_DOWN_UP)
    desk.world.asset("X", dict(zip(days, ("100", "101", "103.02", "106.1106"), strict=True)))
    desk.world.asset("Y", dict(zip(days, ("100", "101", "104.03", "106.1106"), strict=True)))
    desk.hear()
    for method in ("pearson", "spearman"):
        assert matrix(desk, symbols="X,Y", method=method)["matrix"][0][1] == "0.5000"


def test_ranks_see_no_outlier(desk: Desk) -> None:
    days = list(UP_DOWN_UP)
    desk.world.asset("X", dict(zip(days, ("100", "101", "103.02", "106.1106"), strict=True)))
    desk.world.asset("Y", dict(zip(days, ("100", "101", "103.02", "206.04"), strict=True)))
    desk.hear()
    assert matrix(desk, symbols="X,Y", method="spearman")["matrix"][0][1] == "1.0000"
    # Deviations −0.01, 0, 0.01 and −0.3333, −0.3233, 0.6567: 0.0099 / (0.014142 × 0.804280).
    assert matrix(desk, symbols="X,Y", method="pearson")["matrix"][0][1] == "0.8704"


def test_a_portfolios_assets_are_those_it_holds_at_the_end(desk: Desk) -> None:
    a, b, c = three(desk)
    world, number = desk.world, desk.world.portfolio()
    for asset in (c, b, a):
        world.record(number, "BUY", "2024-01-02", asset=asset, quantity="1", price="100")
    world.record(number, "SELL", "2024-01-04", asset=b, quantity="1", price="100")
    desk.hear()
    assert matrix(desk, portfolio_id=number)["symbols"] == ["A", "C"]
    assert matrix(desk, portfolio_id=number, end_date="2024-01-03")["symbols"] == ["A", "B", "C"]


def test_assets_are_named_by_their_ids_in_the_asked_order(desk: Desk) -> None:
    a, _, c = three(desk)
    answer = matrix(desk, assets=f"{c},{a}")
    assert (answer["symbols"], answer["matrix"][0][1]) == (["C", "A"], "-1.0000")


def test_the_window_begins_with_the_close_on_or_before_its_first_day(desk: Desk) -> None:
    three(desk)
    answer = matrix(desk, symbols="A,B", start_date="2024-01-03", end_date="2024-01-05")
    assert answer["observations"][0][1] == 2
    assert answer["start_date"] == "2024-01-03"


def test_a_split_is_no_move(desk: Desk) -> None:
    three(desk)
    halved = {
        day: close if day < "2024-01-04" else f"{float(close) / 4}"
        for day, close in UP_DOWN_UP.items()
    }
    asset = desk.world.asset("S", halved)
    desk.world.split(asset, "2024-01-04", "4:1")
    desk.hear()
    assert matrix(desk, symbols="A,S")["matrix"][0][1] == "1.0000"


def test_too_few_common_days_are_null_and_remarked_once(desk: Desk) -> None:
    three(desk)
    answer = desk.get(PATH, symbols="A,B,C")  # 30 by default
    assert answer["matrix"][0] == ["1.0000", None, None]
    assert answer["observations"][0] == [3, 3, 3]
    [remark] = [each for each in answer["warnings"] if each["field"] == "matrix"]
    assert remark["code"] == "too_few_common_days"
    assert remark["message"] == (
        "3 pairs share fewer than 30 returns that begin and end on the same days; "
        "the first is A and B."
    )
    assert (answer["average_correlation"], answer["highest"], answer["lowest"]) == (None,) * 3
    assert codes(answer, "highest") == codes(answer, "lowest") == ["too_few_common_days"]


def test_a_fund_of_fridays_shares_no_return_with_a_daily_stock(desk: Desk) -> None:
    # Two days of one are never set against one of the other, and the answer says why it is null.
    desk.world.asset("STOCK", {f"2024-01-{day:02d}": f"{100 + day % 7}" for day in range(5, 27)})
    desk.world.asset("FUND", {f"2024-01-{day:02d}": f"{day}" for day in (5, 12, 19, 26)})
    desk.hear()
    answer = matrix(desk, symbols="STOCK,FUND")
    assert (answer["matrix"][0][1], answer["observations"][0][1]) == (None, 0)
    assert codes(answer, "matrix") == ["too_few_common_days"]


def test_what_stands_still_has_no_correlation(desk: Desk) -> None:
    three(desk)
    desk.world.asset("FLAT", dict.fromkeys(UP_DOWN_UP, "5"))
    desk.hear()
    answer = matrix(desk, symbols="A,FLAT")
    assert answer["matrix"] == [["1.0000", None], [None, "1.0000"]]
    assert codes(answer, "matrix") == ["stands_still"]


def test_one_asset_and_none_have_no_pair(desk: Desk) -> None:
    three(desk)
    number = desk.world.portfolio()
    desk.hear()
    alone, none = matrix(desk, symbols="A"), matrix(desk, portfolio_id=number)
    assert (alone["matrix"], none["matrix"]) == ([["1.0000"]], [])
    assert codes(alone, "average_correlation") == codes(none, "highest") == ["too_few_assets"]
    assert (none["start_date"], codes(none, "start_date")) == (None, ["no_valuation"])


def test_a_private_asset_is_seen_by_its_owner_alone(desk: Desk) -> None:
    a, *_ = three(desk)
    private = desk.world.asset("MINE", UP_DOWN_UP, owner=1)
    desk.hear()
    assert matrix(desk, symbols="A,MINE")["matrix"][0][1] == "1.0000"
    other = desk.stand.client(user=2)
    assert other.get(PATH, query_string={"symbols": "A,MINE"}).status_code == 400
    assert other.get(PATH, query_string={"assets": f"{a},{private}"}).status_code == 404


def test_assets_that_no_event_told_of_yet_are_asked_for_until_one_is_unknown(desk: Desk) -> None:
    young = [desk.world.asset(symbol, UP_DOWN_UP) for symbol in ("X", "Y")]
    assert matrix(desk, assets=f"{young[0]},{young[1]}")["symbols"] == ["X", "Y"]
    asked = len(desk.world.asked)
    answer = desk.stand.client().get(PATH, query_string={"assets": "9001,9002,9003"})
    assert answer.status_code == 404
    assert answer.get_json()["error"] == "Asset not found"
    assert desk.world.asked[asked:] == ["/internal/v1/assets/9001/prices/"]


def test_symbols_that_no_event_told_of_yet_are_asked_for_once(desk: Desk) -> None:
    a = three(desk)[0]
    young = [desk.world.asset("X", UP_DOWN_UP), desk.world.asset("MINE", HALF, owner=1)]
    asked = len(desk.world.asked)
    for _ in range(2):
        assert matrix(desk, symbols="A,x,MINE")["assets"] == [a, *young]
    assert desk.world.asked[asked:] == [
        "/internal/v1/assets/by-symbols/",
        *(f"/internal/v1/assets/{each}/prices/" for each in young),
    ]
    desk.hear()
    assert matrix(desk, symbols="A,X,MINE")["assets"] == [a, *young]


def test_symbols_that_are_no_assets_are_one_question_however_many(desk: Desk) -> None:
    desk.world.asset("THEIRS", UP_DOWN_UP, owner=2)
    gone = desk.world.asset("GONE", UP_DOWN_UP)
    desk.world.retire(gone)
    young = desk.world.asset("X", UP_DOWN_UP)
    client = desk.stand.client()
    for symbol in ("THEIRS", "GONE", "ÄÖÜ"):
        answer = client.get(PATH, query_string={"symbols": symbol})
        assert answer.status_code == 400
        assert f"There is no asset '{symbol}'." in answer.text
    desk.world.asked.clear()
    guesses = [f"S{'X' * 60}{number:03}" for number in range(500)]
    for symbols in (guesses, ["X", *guesses[1:]]):
        answer = client.get(PATH, query_string={"symbols": ",".join(symbols)})
        assert answer.status_code == 400
    assert desk.world.asked == [
        "/internal/v1/assets/by-symbols/",
        "/internal/v1/assets/by-symbols/",
        f"/internal/v1/assets/{young}/prices/",
    ]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({}, "portfolio_id"),
        ({"symbols": "A,B", "assets": "1,2"}, "assets"),
        ({"symbols": "A,NOSUCH"}, "symbols"),
        ({"symbols": "A,,B"}, "symbols"),
        ({"assets": "1,x"}, "assets"),
        ({"assets": ",".join(map(str, range(1, 502)))}, "assets"),
        ({"symbols": "A", "method": "kendall"}, "method"),
        ({"symbols": "A", "min_observations": "1"}, "min_observations"),
    ],
)
def test_a_wrong_parameter_is_400_and_named(desk: Desk, query: dict[str, str], named: str) -> None:
    three(desk)
    answer = desk.stand.client().get(PATH, query_string=query)
    assert answer.status_code == 400
    assert f"'{named}'" in answer.get_json()["details"]["message"]
