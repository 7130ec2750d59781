"""Portfolios as a client makes, changes and deletes them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
from werkzeug.test import TestResponse

from shared.testing import Stand
from tests.portfolio.build import AAPL, User, answered, codes, refused


def test_a_portfolio_has_the_published_fields(ann: User) -> None:
    made = ann.post("/api/portfolios/", {"name": "Growth", "description": "Long-term"})
    assert made.pop("created") == made.pop("modified")
    assert made == {
        "id": 1,
        "name": "Growth",
        "description": "Long-term",
        "currency": "USD",
        "cost_basis_method": "AVERAGE",
        "is_active": True,
        "total_value": "0.00",
        "total_cost_basis": "0.00",
        "total_return": "0.00",
        "total_return_percentage": None,
        "position_count": 0,
        "cash_balance": "0.00",
        "realized_gain_loss": "0.00",
        "income": "0.00",
        "total_profit": "0.00",
        "warnings": [
            {
                "field": "total_return_percentage",
                "fields": ["total_return_percentage"],
                "code": "no_cost_basis",
                "message": "Nothing is held that cost anything.",
            }
        ],
    }


def test_the_currency_is_the_users_by_default(stand: Stand) -> None:
    swiss = User(stand.client(user=3, currency="CHF"))
    assert swiss.totals(swiss.portfolio())["currency"] == "CHF"


def test_patch_changes_what_is_given_and_put_the_rest_too(ann: User) -> None:
    portfolio = ann.portfolio(name="A", description="B", is_active=False)
    path = f"/api/portfolios/{portfolio}/"
    patched = ann.patch(path, {"name": "C"})
    assert (patched["name"], patched["description"], patched["is_active"]) == ("C", "B", False)
    put = ann.put(path, {"name": "D"})
    assert (put["name"], put["description"], put["is_active"]) == ("D", "", True)


def test_a_put_that_names_no_currency_and_no_method_keeps_them(ann: User) -> None:
    portfolio = ann.portfolio(currency="EUR", cost_basis_method="FIFO")
    put = ann.put(f"/api/portfolios/{portfolio}/", {"name": "D"})
    assert (put["currency"], put["cost_basis_method"]) == ("EUR", "FIFO")


def test_get_change_put_ignores_what_only_a_get_gives(ann: User) -> None:
    path = f"/api/portfolios/{ann.portfolio()}/"
    changed = ann.put(path, {**ann.get(path), "name": "New", "total_value": "1000000"})
    assert (changed["name"], changed["total_value"]) == ("New", "0.00")


def test_a_deleted_portfolio_is_gone_with_all_it_held(ann: User) -> None:
    portfolio, other = ann.portfolio(), ann.portfolio()
    for each in (portfolio, other):
        ann.record(each, "BUY", "2024-01-02", asset=AAPL, quantity="1", price="1")
    ann.delete(f"/api/portfolios/{portfolio}/")
    answered(ann.client.get(f"/api/portfolios/{portfolio}/"), 404)
    assert ann.get("/api/transactions/")["count"] == 1
    assert ann.get("/api/positions/")["count"] == 1


def test_a_gift_has_no_return_in_percent(ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "TRANSFER_IN", "2024-01-02", asset=AAPL, quantity="1", price="0")
    totals = ann.totals(portfolio)
    assert (totals["total_return"], totals["total_return_percentage"]) == ("10.00", None)
    assert codes(totals) == [("total_return_percentage", "no_cost_basis")]
    assert codes(ann.position(portfolio)) == [("unrealized_return_percentage", "no_cost_basis")]


def test_totals_are_rounded_once(ann: User) -> None:
    portfolio = ann.portfolio()
    # 3 × 0.005 is 0.015: rounded each it would be 0.03 of cost.
    for _ in range(3):
        row = {"asset": AAPL, "quantity": "0.001", "price": "5"}
        ann.record(portfolio, "BUY", "2024-01-02", **row)
    assert ann.totals(portfolio)["total_cost_basis"] == "0.02"


@pytest.mark.parametrize("field", ["currency", "cost_basis_method"])
def test_nothing_is_no_currency_and_no_method(ann: User, field: str) -> None:
    portfolio = f"/api/portfolios/{ann.portfolio()}/"
    body = {"name": "Mine", field: None}
    for method, path in (("POST", "/api/portfolios/"), ("PUT", portfolio), ("PATCH", portfolio)):
        assert list(refused(ann.client.open(path, method=method, json=body))) == [field]


def test_a_user_has_as_many_portfolios_as_the_cap_says(stand: Stand, ann: User, bob: User) -> None:
    with patch.dict(stand.app.settings.caps, {"portfolios": 3}):
        for name in "ab":
            ann.post("/api/portfolios/", {"name": name})
        made = at_once(lambda number: ann.client.post("/api/portfolios/", json={"name": number}))
        assert sorted(answer.status_code for answer in made) == [201, 409]
        refusal = next(answer for answer in made if answer.status_code == 409).get_json()
        assert refusal["details"]["code"] == "too_many"
        assert ann.get("/api/portfolios/")["count"] == 3
        bob.post("/api/portfolios/", {"name": "a"})
        assert ann.client.delete("/api/portfolios/1/").status_code == 204
        ann.post("/api/portfolios/", {"name": "d"})


def at_once(call: Callable[[str], TestResponse]) -> list[TestResponse]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(call, ("first", "second")))
