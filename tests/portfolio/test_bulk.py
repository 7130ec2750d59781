"""Many transactions in one call: all or none, or each for itself."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.portfolio import commands
from shared.testing import Stand
from tests.portfolio.build import AAPL, SAP, User, answered, refused

PATH = "/api/transactions/bulk/"


def row(portfolio: int, kind: str, day: str, **fields: Any) -> dict[str, Any]:
    return {"portfolio": portfolio, "transaction_type": kind, "date": day, **fields}


def buy(portfolio: int, day: str, quantity: str, **fields: Any) -> dict[str, Any]:
    return row(portfolio, "BUY", day, asset=AAPL, quantity=quantity, price="5", **fields)


def sell(portfolio: int, day: str, quantity: str, **fields: Any) -> dict[str, Any]:
    return row(portfolio, "SELL", day, asset=AAPL, quantity=quantity, price="5", **fields)


def each(ann: User, rows: list[Any]) -> dict[str, Any]:
    """Record each row for itself; return the answer."""
    return answered(ann.client.post(PATH, json={"transactions": rows, "atomic": False}), 207)


def statuses(found: dict[str, Any]) -> list[int]:
    return [result["status"] for result in found["results"]]


def test_many_transactions_are_recorded_at_once(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    rows = [sell(portfolio, "2024-01-03", "1"), buy(portfolio, "2024-01-02", "4")]
    assert ann.post(PATH, {"transactions": rows}) == {
        "created": 2,
        "failed": 0,
        # They are created by date.
        "results": [{"index": 0, "status": 201, "id": 2}, {"index": 1, "status": 201, "id": 1}],
    }
    assert ann.position(portfolio)["quantity"] == "3.00000000"
    assert [event.type for event in stand.events()] == [
        "portfolio-created",
        "ledger-changed",
        "transaction-created",
        "transaction-created",
        "position-changed",
    ]


def test_a_split_comes_before_what_else_is_recorded_of_its_day(ann: User) -> None:
    portfolio = ann.portfolio()
    split = row(portfolio, "SPLIT", "2024-01-03", asset=AAPL, ratio="2:1")
    rows = [buy(portfolio, "2024-01-02", "10"), buy(portfolio, "2024-01-03", "4"), split]
    ann.post(PATH, {"transactions": rows})
    # 10 × 2 + 4
    assert ann.position(portfolio)["quantity"] == "24.00000000"


def test_one_bad_row_refuses_all_and_every_bad_row_is_named(
    stand: Stand, ann: User, bob: User
) -> None:
    portfolio, others = ann.portfolio(), bob.portfolio()
    before = stand.events()
    rows = [
        buy(portfolio, "2024-01-02", "4"),
        row(portfolio, "DEPOSIT", "2024-01-02", amount="ten"),
        sell(portfolio, "2024-01-03", "5"),
        row(others, "DEPOSIT", "2024-01-02", amount="1"),
        7,
        row(portfolio, "DEPOSIT", "2024-01-02", amount="-1"),
        row(portfolio, "DEPOSIT", "2024-01-02", amount="1", color="red"),
        sell(portfolio, "2024-01-04", "4"),
    ]
    named = refused(ann.client.post(PATH, json={"transactions": rows}))["transactions"]
    assert {index: list(fields) for index, fields in named.items()} == {
        "1": ["amount"],
        "2": ["quantity"],
        "3": ["_schema"],
        "4": ["_schema"],
        "5": ["amount"],
        "6": ["color"],
    }
    assert named["2"]["quantity"] == ["Only 4 are held on 2024-01-03; 5 cannot be taken from it."]
    assert ann.get("/api/transactions/")["count"] == 0
    assert stand.events() == before


def test_each_for_itself_leaves_nothing_of_the_bad_rows(stand: Stand, ann: User, bob: User) -> None:
    portfolio, others = ann.portfolio(), bob.portfolio()
    rows = [
        row(portfolio, "DEPOSIT", "2024-01-02", amount="1", external_id="x"),
        row(others, "DEPOSIT", "2024-01-02", amount="1"),
        row(portfolio, "DEPOSIT", "2024-01-02", amount="1", external_id="x"),
        row(portfolio, "DEPOSIT", "2024-01-02", amount="ten"),
        buy(portfolio, "2024-01-02", "4"),
        sell(portfolio, "2024-01-03", "5"),
        sell(portfolio, "2024-01-03", "3"),
    ]
    found = each(ann, rows)
    assert statuses(found) == [201, 404, 409, 422, 201, 422, 201]
    assert (found["created"], found["failed"]) == (3, 4)
    assert found["results"][5]["error"] == {
        "code": "validation_error",
        "message": "Only 4 are held on 2024-01-03; 5 cannot be taken from it.",
        "fields": {"quantity": ["Only 4 are held on 2024-01-03; 5 cannot be taken from it."]},
    }
    ids = [result["id"] for result in found["results"] if "id" in result]
    listed = ann.get("/api/transactions/?ordering=id")["results"]
    assert [transaction["id"] for transaction in listed] == sorted(ids)
    assert ann.position(portfolio)["quantity"] == "1.00000000"
    told = [event.sequence for event in stand.events() if event.subject == "portfolios/1"]
    assert told == [1, 4, 2, 3, 4]  # ahead of them the one that announces them


def test_all_sound_rows_for_themselves_are_answered_the_same_way(ann: User) -> None:
    found = each(ann, [row(ann.portfolio(), "DEPOSIT", "2024-01-02", amount="1")])
    assert (statuses(found), found["failed"]) == ([201], 0)


def test_an_old_sale_is_never_starved_by_a_new_one(ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-02", asset=AAPL, quantity="4", price="5")
    ann.record(portfolio, "SELL", "2024-01-05", asset=AAPL, quantity="4", price="5")
    rows = [
        sell(portfolio, "2024-01-03", "1"),
        buy(portfolio, "2024-01-06", "2"),
        sell(portfolio, "2024-01-07", "2"),
        sell(portfolio, "2024-01-07", "1"),
    ]
    assert statuses(each(ann, rows)) == [422, 201, 201, 422]
    assert ann.position(portfolio)["quantity"] == "0.00000000"


def test_a_refused_purchase_takes_its_sale_along(ann: User) -> None:
    portfolio = ann.portfolio()
    rows = [
        buy(portfolio, "2024-01-02", "4", amount="100"),
        sell(portfolio, "2024-01-03", "1"),
        row(portfolio, "BUY", "2024-01-02", asset=SAP, quantity="1", price="1", exchange_rate="1"),
    ]
    assert statuses(each(ann, rows)) == [422, 422, 201]


def test_positions_are_what_a_rebuild_makes_of_the_same_rows(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio(cost_basis_method="FIFO")
    ann.record(portfolio, "DEPOSIT", "2024-01-01", amount="1000")
    rows = [
        buy(portfolio, f"2024-01-{day:02}", str(day))
        if day % 3
        else sell(portfolio, f"2024-01-{day:02}", str(day * 2))
        for day in range(1, 31)
    ]
    assert each(ann, rows)["failed"] > 0
    corrected = stand.database.unit(
        lambda session: commands.recompute_portfolio(session, portfolio)
    )
    assert corrected == 0


def test_a_bulk_with_a_key_happens_once(ann: User) -> None:
    rows = [row(ann.portfolio(), "DEPOSIT", "2024-01-02", amount="1")]
    answers = [
        ann.client.post(PATH, json={"transactions": rows}, headers={"Idempotency-Key": "bulk"})
        for _ in range(2)
    ]
    assert answers[0].get_json() == answers[1].get_json()
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert ann.get("/api/transactions/")["count"] == 1


@pytest.mark.parametrize("rows", [[], {}, None, [{}] * 10_001])
def test_a_bulk_has_one_to_ten_thousand_rows(ann: User, rows: Any) -> None:
    assert list(refused(ann.client.post(PATH, json={"transactions": rows}))) == ["transactions"]


def test_a_body_may_have_sixteen_mebibytes_and_no_more(ann: User) -> None:
    portfolio = ann.portfolio()
    rows = [row(portfolio, "DEPOSIT", "2024-01-02", amount="1", notes="n" * 9000)] * 200
    assert ann.post(PATH, {"transactions": rows})["created"] == 200  # 1.8 MB
    answer = ann.client.post(PATH, data=b" " * (16 * 2**20 + 1), content_type="application/json")
    assert answer.status_code == 413


def test_a_bulk_needs_the_right_to_write(stand: Stand) -> None:
    reader = stand.client(scopes=("read",))
    assert reader.post(PATH, json={"transactions": [{}]}).status_code == 403


def test_many_sales_that_starve_an_old_one_are_refused_in_one_pass(ann: User) -> None:
    """A thousand replays of a thousand entries would take minutes."""
    portfolio = ann.portfolio()
    first = date(2010, 1, 1)
    ann.record(portfolio, "BUY", "2009-01-02", asset=AAPL, quantity="1000", price="5")
    ann.record(portfolio, "SELL", "2020-01-02", asset=AAPL, quantity="1000", price="5")
    rows = [sell(portfolio, (first + timedelta(days=day)).isoformat(), "1") for day in range(1000)]
    assert each(ann, rows)["failed"] == 1000
    assert ann.position(portfolio)["quantity"] == "0.00000000"


def test_an_adjustment_says_what_is_held_at_the_end_of_its_day(ann: User) -> None:
    portfolio = ann.portfolio()
    ann.post(PATH, {"transactions": [buy(portfolio, "2024-01-02", "10")]})
    adjustment = row(portfolio, "ADJUSTMENT", "2024-01-03", asset=AAPL, quantity="8", price="5")
    rows = [adjustment, sell(portfolio, "2024-01-03", "4"), buy(portfolio, "2024-01-03", "1")]
    ann.post(PATH, {"transactions": rows})
    assert ann.position(portfolio)["quantity"] == "8.00000000"


def test_a_refused_row_leaves_its_external_id_to_the_next(ann: User) -> None:
    portfolio = ann.portfolio()
    rows = [
        buy(portfolio, "2024-01-02", "4", amount="100", external_id="a"),
        buy(portfolio, "2024-01-02", "4", external_id="a"),
        buy(portfolio, "2024-01-02", "1", external_id="a"),
        # More than is held: seen only when the rows before it are in the ledger.
        sell(portfolio, "2024-01-03", "5", external_id="b"),
        sell(portfolio, "2024-01-03", "3", external_id="b"),
        sell(portfolio, "2024-01-03", "1", external_id="b"),
    ]
    assert statuses(each(ann, rows)) == [422, 201, 409, 422, 201, 409]
    assert ann.position(portfolio)["quantity"] == "1.00000000"
