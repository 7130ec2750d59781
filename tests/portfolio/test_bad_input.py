"""What is refused, how, and that a refusal leaves nothing behind."""

from datetime import timedelta
from typing import Any

import pytest

from shared.testing import Stand, today
from tests.portfolio.build import (
    AAPL,
    EURUSD,
    User,
    adopt,
    adopt_pair,
    answered,
    card,
    refused,
)

BUY = {
    "asset": AAPL,
    "transaction_type": "BUY",
    "date": "2024-01-02",
    "quantity": "1",
    "price": "1",
}


@pytest.fixture
def portfolio(stand: Stand, ann: User) -> int:
    adopt(stand, card(5, "GONE", is_active=False))
    adopt(stand, card(6, "HOUSE", owner=2))
    return ann.portfolio()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", "1e999"),
        ("quantity", "NaN"),
        ("quantity", "Infinity"),
        ("quantity", "9" * 30),
        ("quantity", "0"),
        ("quantity", "-1"),
        ("quantity", "1.123456789"),
        ("price", "-1"),
        ("price", True),
        ("fees", "-1"),
        ("amount", "1"),
        ("amount", "1e20"),
        ("exchange_rate", "0"),
        ("currency", "XXX"),
        ("transaction_type", "GIFT"),
        ("ratio", "2:1"),
        ("asset", 5),
        ("asset", 6),
        ("asset", "AAPL"),
        ("date", "9999-12-31"),
        ("date", "1899-12-31"),
        ("date", "2024-02-30"),
        ("notes", "a\x00b"),
        ("external_id", ""),
        ("colour", "red"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(
    stand: Stand, ann: User, portfolio: int, field: str, value: Any
) -> None:
    before = stand.events()
    answer = ann.client.post(
        "/api/transactions/", json={**BUY, "portfolio": portfolio, field: value}
    )
    assert list(refused(answer)) == [field]
    assert ann.get("/api/transactions/")["count"] == 0
    assert ann.get("/api/positions/?include_closed=true")["count"] == 0
    assert stand.events() == before


def test_the_day_after_tomorrow_is_nowhere_yet(ann: User, portfolio: int) -> None:
    day = today() + timedelta(days=2)
    assert list(ann.refuse(portfolio, "DEPOSIT", day.isoformat(), amount="1")) == ["date"]


@pytest.mark.parametrize("missing", ["portfolio", "asset", "transaction_type", "date", "quantity"])
def test_a_missing_field_is_named(ann: User, portfolio: int, missing: str) -> None:
    body = {**BUY, "portfolio": portfolio}
    del body[missing]
    assert list(refused(ann.client.post("/api/transactions/", json=body))) == [missing]


def test_a_huge_json_number_is_refused_without_being_written_out(ann: User, portfolio: int) -> None:
    body = f'{{"portfolio": {portfolio}, "transaction_type": "DEPOSIT", "date": "2024-01-02",'
    body += ' "amount": 1e999999}'
    answer = ann.client.post("/api/transactions/", data=body, content_type="application/json")
    assert list(refused(answer)) == ["amount"]


@pytest.mark.parametrize("ratio", ["0:1", "1:0", "x", "-2:1", "2:1:1", "0.0000000001", 0])
def test_a_ratio_that_is_none_is_refused(ann: User, portfolio: int, ratio: Any) -> None:
    ann.record(portfolio, "BUY", "2024-01-02", asset=AAPL, quantity="1", price="1")
    fields = ann.refuse(portfolio, "SPLIT", "2024-01-03", asset=AAPL, ratio=ratio)
    assert list(fields) == ["ratio"]


def test_splits_cannot_multiply_without_end(ann: User, portfolio: int) -> None:
    ann.record(portfolio, "BUY", "2024-01-02", asset=AAPL, quantity="999999999999", price="0")
    row = {"asset": AAPL, "ratio": "1000000000:1"}
    assert list(ann.refuse(portfolio, "SPLIT", "2024-01-03", **row)) == ["ratio"]


def test_more_money_than_there_is_is_refused(ann: User, portfolio: int) -> None:
    row = {"asset": AAPL, "quantity": "999999999999", "price": "999999999999"}
    assert list(ann.refuse(portfolio, "BUY", "2024-01-02", **row)) == ["amount"]


def test_the_sign_of_an_amount_names_the_type_that_was_meant(ann: User, portfolio: int) -> None:
    assert ann.refuse(portfolio, "WITHDRAWAL", "2024-01-02", amount="5") == {
        "amount": ["The amount of a WITHDRAWAL is negative; did you mean DEPOSIT?"]
    }


def test_an_amount_that_does_not_fit_has_its_own_code(ann: User, portfolio: int) -> None:
    body = {**BUY, "portfolio": portfolio, "price": "1.00", "amount": "-1.02"}
    answer = answered(ann.client.post("/api/transactions/", json=body), 422)
    assert answer["details"]["code"] == "amount_mismatch"


def test_selling_more_than_is_held_names_day_and_quantity(ann: User, portfolio: int) -> None:
    ann.record(portfolio, "BUY", "2024-01-02", asset=AAPL, quantity="5", price="1")
    row = {"asset": AAPL, "quantity": "6", "price": "1"}
    assert ann.refuse(portfolio, "SELL", "2024-01-03", **row) == {
        "quantity": ["Only 5 are held on 2024-01-03; 6 cannot be taken from it."]
    }
    assert ann.position(portfolio)["quantity"] == "5.00000000"


@pytest.mark.parametrize("body", ["{", '{"name": "x",}', "\xff", "[" * 1_900])
def test_malformed_json_is_a_400(ann: User, body: str) -> None:
    answer = ann.client.post("/api/portfolios/", data=body, content_type="application/json")
    assert answered(answer, 400)["details"]["code"] == "bad_request"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 256), ("currency", "usd"), ("cost_basis_method", "BEST"),
     ("is_active", "perhaps"), ("owner_id", 2), ("total_value", "1"), ("id", 3)],
)  # fmt: skip
def test_a_portfolio_with_a_wrong_field_is_refused(ann: User, field: str, value: Any) -> None:
    answer = ann.client.post("/api/portfolios/", json={"name": "x", field: value})
    assert list(refused(answer)) == [field]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["portfolios", "positions", "transactions"])
def test_nobody_gets_a_401(stand: Stand, path: str, method: str) -> None:
    answer = stand.client(user=None).open(f"/api/{path}/", method=method, json={})
    assert answered(answer, 401)["details"]["code"] == "unauthorized"
    assert answer.headers["WWW-Authenticate"] == "Token"


def test_a_token_that_may_only_read_writes_nothing(stand: Stand, ann: User, portfolio: int) -> None:
    reader = stand.client(user=1, scopes=("read",))
    assert reader.get(f"/api/portfolios/{portfolio}/").status_code == 200
    assert reader.delete(f"/api/portfolios/{portfolio}/").status_code == 403
    body = {**BUY, "portfolio": portfolio}
    assert reader.post("/api/transactions/", json=body).status_code == 403


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("noun", ["portfolio", "position", "transaction"])
def test_what_is_anothers_answers_as_what_is_not_there(
    ann: User, bob: User, portfolio: int, noun: str, method: str
) -> None:
    bought = ann.record(portfolio, "BUY", "2024-01-02", asset=AAPL, quantity="5", price="1")
    ids = {
        "portfolio": portfolio,
        "position": ann.position(portfolio)["id"],
        "transaction": bought["id"],
    }
    body = {
        "portfolio": {"name": "x"},
        "position": {"quantity": "1", "average_cost": "1"},
        "transaction": {**BUY, "portfolio": portfolio},
    }[noun]
    answers = []
    for number in (ids[noun], 4711):
        answer = bob.client.open(f"/api/{noun}s/{number}/", method=method, json=body)
        details = answered(answer, 404)
        details["details"].pop("request_id")
        answers.append(details)
    assert answers[0] == answers[1]
    assert answers[0]["error"] == f"{noun.capitalize()} not found"
    assert ann.position(portfolio)["quantity"] == "5.00000000"


def test_nothing_goes_into_anothers_portfolio(ann: User, bob: User, portfolio: int) -> None:
    body = {**BUY, "portfolio": portfolio}
    assert bob.client.post("/api/transactions/", json=body).status_code == 404
    opening = {"portfolio": portfolio, "asset": AAPL, "quantity": "1", "average_cost": "1"}
    assert bob.client.post("/api/positions/", json=opening).status_code == 404
    assert ann.get("/api/transactions/")["count"] == 0


@pytest.mark.parametrize(
    "query",
    ["colour=red", "ordering=colour", "page=x", "page_size=501", "portfolio_id=x",
     "transaction_type=GIFT", "start_date=2024-02-01&end_date=2024-01-01", "start_date=01.02.2024"],
)  # fmt: skip
def test_a_wrong_query_is_a_400_that_names_the_parameter(ann: User, query: str) -> None:
    message = answered(ann.client.get(f"/api/transactions/?{query}"), 400)["details"]["message"]
    assert query.partition("=")[0] in message


def test_the_largest_numbers_that_are_accepted_are_added_up(stand: Stand, ann: User) -> None:
    adopt_pair(stand, EURUSD, "EURJPY", {today().isoformat(): "999999999999.99999999"})
    portfolio = ann.portfolio(currency="JPY")
    for asset in range(20, 29):
        adopt(stand, card(asset, f"HUGE{asset}", "EUR", current_price="999999999999.99999999"))
        row = {"asset": asset, "quantity": "999999999999", "price": "0"}
        ann.record(portfolio, "TRANSFER_IN", "2024-01-02", **row)
        ann.record(portfolio, "SPLIT", today().isoformat(), asset=asset, ratio="999:1")
    # 9 assets × 999 × (10^12 − 1) × (10^12 − 10^−8)², to a yen.
    value = "8990999999991008999820180000000179820001"
    portfolios = f"/api/portfolios/{portfolio}/"
    assert ann.totals(portfolio)["total_value"] == value
    assert ann.get("/api/portfolios/")["results"][0]["total_value"] == value
    [everything] = ann.get(f"{portfolios}allocation/")["allocation"]
    assert (everything["value"], everything["percentage"]) == (value, "100.0000")
    assert ann.get("/api/positions/")["count"] == 9
