"""Positions as a client opens, adjusts and deletes them."""

from datetime import UTC, datetime

import pytest

from shared.finance.days import latest_day
from shared.testing import Stand, today
from tests.portfolio.build import AAPL, SAP, User, adopt, answered, card, refused

OPENING = {
    "asset": AAPL,
    "quantity": "100.0",
    "average_cost": "150.0",
    "first_purchase_date": "2024-01-15",
}


@pytest.fixture
def portfolio(ann: User) -> int:
    return ann.portfolio(name="Growth Portfolio")


@pytest.fixture
def opened(ann: User, portfolio: int) -> str:
    """Return the path of a position of 100 at 150."""
    position = ann.post("/api/positions/", {**OPENING, "portfolio": portfolio})
    return f"/api/positions/{position['id']}/"


def test_a_position_answers_as_the_published_sample(
    stand: Stand, ann: User, portfolio: int
) -> None:
    apple = {"name": "Apple Inc.", "current_price": "175.50", "previous_close": "173.00"}
    adopt(stand, card(AAPL, "AAPL", **apple))
    answer = ann.post("/api/positions/", {**OPENING, "portfolio": portfolio})
    assert list(answer.items()) == [
        ("id", 1),
        ("portfolio", 1),
        ("portfolio_name", "Growth Portfolio"),
        (
            "asset",
            {
                "id": 1,
                "symbol": "AAPL",
                "name": "Apple Inc.",
                "asset_type": "STOCK",
                "current_price": "175.50",
                "price_date": today().isoformat(),
                "price_change": "2.50",
                # 2.50 / 173.00 is 1.4450…, half up; the sample's 1.44 is cut off.
                "price_change_percentage": "1.45",
            },
        ),
        ("currency", "USD"),
        ("quantity", "100.00000000"),
        ("average_cost", "150.00000000"),
        ("first_purchase_date", "2024-01-15"),
        ("total_cost_basis", "15000.00"),
        ("current_value", "17550.00"),
        ("unrealized_gain_loss", "2550.00"),
        ("unrealized_return_percentage", "17.0000"),
        ("realized_gain_loss", "0.00"),
        ("income", "0.00"),
        (
            "base",
            {
                "total_cost_basis": "15000.00",
                "current_value": "17550.00",
                "unrealized_gain_loss": "2550.00",
                "exchange_rate": "1.00",
            },
        ),
        ("warnings", []),
    ]


@pytest.mark.usefixtures("opened")
def test_a_position_is_opened_by_a_transfer(ann: User) -> None:
    [transfer] = ann.get("/api/transactions/")["results"]
    assert transfer["transaction_type"] == "TRANSFER_IN"
    assert (transfer["date"], transfer["price"]) == ("2024-01-15", "150.00000000")


def test_without_a_date_it_is_opened_today(ann: User, portfolio: int) -> None:
    body = {**OPENING, "portfolio": portfolio}
    del body["first_purchase_date"]
    assert ann.post("/api/positions/", body)["first_purchase_date"] == today().isoformat()


@pytest.mark.usefixtures("opened")
def test_a_second_position_in_an_asset_is_a_conflict(ann: User, portfolio: int) -> None:
    answer = ann.client.post("/api/positions/", json={**OPENING, "portfolio": portfolio})
    assert answered(answer, 409)["details"]["code"] == "conflict"
    ann.post("/api/positions/", {**OPENING, "portfolio": portfolio, "asset": SAP})


def test_another_quantity_is_an_adjustment_of_today(ann: User, opened: str) -> None:
    changed = ann.patch(opened, {"quantity": "40"})
    assert (changed["quantity"], changed["average_cost"]) == ("40.00000000", "150.00000000")
    adjustment = ann.get("/api/transactions/")["results"][0]
    assert adjustment["transaction_type"] == "ADJUSTMENT"
    assert (adjustment["date"], adjustment["quantity"]) == (today().isoformat(), "40.00000000")


def test_another_average_cost_is_an_adjustment_too(ann: User, opened: str) -> None:
    changed = ann.patch(opened, {"average_cost": "1.5"})
    assert (changed["quantity"], changed["total_cost_basis"]) == ("100.00000000", "150.00")


def test_get_change_put_keeps_the_exact_cost(ann: User, portfolio: int) -> None:
    for quantity, price in (("1", "1"), ("2", "2")):
        row = {"asset": AAPL, "quantity": quantity, "price": price}
        ann.record(portfolio, "BUY", "2024-01-02", **row)
    position = ann.position(portfolio)
    assert position["average_cost"] == "1.66666667"
    # 3,000,000 × 5/3; of the rounded cost it would be 5,000,000.01.
    changed = ann.put(f"/api/positions/{position['id']}/", {**position, "quantity": "3000000"})
    assert changed["total_cost_basis"] == "5000000.00"


def test_a_put_that_changes_nothing_writes_nothing(ann: User, opened: str) -> None:
    ann.put(opened, ann.get(opened))
    assert ann.get("/api/transactions/")["count"] == 1


def test_a_quantity_of_zero_closes_it_and_it_can_be_opened_again(
    ann: User, opened: str, portfolio: int
) -> None:
    assert ann.patch(opened, {"quantity": "0"})["quantity"] == "0.00000000"
    assert list(refused(ann.client.patch(opened, json={"quantity": "1"}))) == ["average_cost"]
    body = {**OPENING, "portfolio": portfolio, "first_purchase_date": today().isoformat()}
    assert ann.post("/api/positions/", body)["quantity"] == "100.00000000"


def test_a_deleted_position_takes_its_transactions_along(
    ann: User, opened: str, portfolio: int
) -> None:
    ann.record(portfolio, "DEPOSIT", "2024-01-02", amount="100")
    ann.record(portfolio, "SELL", "2024-02-01", asset=AAPL, quantity="10", price="200")
    ann.delete(opened)
    assert ann.client.get(opened).status_code == 404
    assert [row["transaction_type"] for row in ann.get("/api/transactions/")["results"]] == [
        "DEPOSIT"
    ]
    assert ann.totals(portfolio)["cash_balance"] == "100.00"


def test_if_match_compares_the_version(ann: User, opened: str) -> None:
    headers = {"If-Match": ann.client.get(opened).headers["ETag"]}
    assert ann.client.patch(opened, json={"quantity": "1"}, headers=headers).status_code == 200
    assert ann.client.patch(opened, json={"quantity": "2"}, headers=headers).status_code == 412
    assert ann.client.delete(opened, headers=headers).status_code == 412


def test_a_retired_asset_can_be_sold_but_not_begun(
    stand: Stand, ann: User, opened: str, portfolio: int
) -> None:
    adopt(stand, card(AAPL, "AAPL", is_active=False))
    ann.record(portfolio, "SELL", "2024-02-01", asset=AAPL, quantity="10", price="200")
    assert ann.get(opened)["quantity"] == "90.00000000"
    body = {**OPENING, "portfolio": ann.portfolio()}
    assert refused(ann.client.post("/api/positions/", json=body)) == {
        "asset": ["The asset is retired: nothing new in it."]
    }


def test_a_closed_position_in_a_retired_asset_still_earns_but_is_not_begun_again(
    stand: Stand, ann: User, opened: str, portfolio: int
) -> None:
    ann.record(portfolio, "SELL", "2024-02-01", asset=AAPL, quantity="100", price="200")
    adopt(stand, card(AAPL, "AAPL", is_active=False))
    ann.record(portfolio, "DIVIDEND", "2024-02-02", asset=AAPL, amount="5")
    assert ann.get(opened)["income"] == "5.00"
    for kind in ("BUY", "TRANSFER_IN", "ADJUSTMENT"):
        row = {"asset": AAPL, "quantity": "1", "price": "200"}
        assert list(ann.refuse(portfolio, kind, "2024-02-03", **row)) == ["asset"]
    adjusted = ann.client.patch(opened, json={"quantity": "1", "average_cost": "200"})
    assert list(refused(adjusted)) == ["asset"]


def test_a_position_whose_last_entry_is_of_a_later_day_than_utc_s_is_set_too(
    ann: User, portfolio: int
) -> None:
    tomorrow = latest_day(datetime.now(UTC)).isoformat()  # before ten in the morning it is today
    ann.record(portfolio, "BUY", tomorrow, asset=AAPL, quantity="10", price="8")
    path = f"/api/positions/{ann.position(portfolio)['id']}/"
    assert ann.patch(path, {"quantity": "4"})["quantity"] == "4.00000000"
    assert ann.get("/api/transactions/")["results"][0]["date"] == tomorrow
    ann.patch(path, {"quantity": "0"})
    body = {**OPENING, "portfolio": portfolio}
    del body["first_purchase_date"]
    assert ann.post("/api/positions/", body)["quantity"] == "100.00000000"


def test_a_position_is_not_opened_before_an_adjustment_that_closed_it(
    ann: User, opened: str, portfolio: int
) -> None:
    ann.patch(opened, {"quantity": "0"})
    body = {**OPENING, "portfolio": portfolio}
    assert refused(ann.client.post("/api/positions/", json=body)) == {
        "first_purchase_date": [
            f"An ADJUSTMENT of {today()} says what is held from then on: open the position on that"
            " day or later, or delete the ADJUSTMENT first."
        ]
    }
    assert ann.get("/api/transactions/")["count"] == 2
