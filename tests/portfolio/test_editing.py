"""Edits and deletes of the past: the ledger is replayed from there."""

import pytest

from tests.portfolio.build import AAPL, SAP, User, answered, refused


@pytest.fixture
def portfolio(ann: User) -> int:
    return ann.portfolio()


def buy(ann: User, portfolio: int, day: str, quantity: str, price: str = "5") -> int:
    row = {"asset": AAPL, "quantity": quantity, "price": price}
    return int(ann.record(portfolio, "BUY", day, **row)["id"])


def sell(ann: User, portfolio: int, day: str, quantity: str, price: str = "7") -> int:
    row = {"asset": AAPL, "quantity": quantity, "price": price}
    return int(ann.record(portfolio, "SELL", day, **row)["id"])


def test_an_edited_quantity_moves_what_was_derived(ann: User, portfolio: int) -> None:
    bought = buy(ann, portfolio, "2024-01-02", "10")
    sell(ann, portfolio, "2024-01-03", "5")
    edited = ann.patch(f"/api/transactions/{bought}/", {"quantity": "20"})
    assert (edited["quantity"], edited["amount"]) == ("20.00000000", "-100.00")
    position = ann.position(portfolio)
    assert (position["quantity"], position["total_cost_basis"]) == ("15.00000000", "75.00")


def test_get_change_put_derives_anew_what_was_never_given(ann: User, portfolio: int) -> None:
    bought = buy(ann, portfolio, "2024-01-02", "0.6242", "48.05")
    body = ann.get(f"/api/transactions/{bought}/")
    assert body["amount"] == "-29.99"
    edited = ann.put(f"/api/transactions/{bought}/", {**body, "quantity": "2"})
    assert edited["amount"] == "-96.10"


def test_get_change_put_keeps_the_decimals_that_no_answer_shows(ann: User, portfolio: int) -> None:
    row = {"asset": AAPL, "quantity": "3", "price": "1.00", "fees": "0.005"}
    bought = ann.record(portfolio, "BUY", "2024-01-02", **row)
    path = f"/api/transactions/{bought['id']}/"
    assert ann.put(path, {**bought, "notes": "x"})["fees"] == "0.01"
    ann.patch(path, {"quantity": "1"})
    # 1.005 is 1.01; with fees of 0.01, as they were answered, two of them would be 2.02.
    ann.record(portfolio, "BUY", "2024-01-02", **{**row, "quantity": "1"})
    assert ann.position(portfolio)["total_cost_basis"] == "2.01"


def test_a_patch_means_the_amount_that_it_names(ann: User, portfolio: int) -> None:
    bought = buy(ann, portfolio, "2024-01-02", "0.6242", "48.05")
    # As it is answered already, but rounded: 29.99281 was derived.
    ann.patch(f"/api/transactions/{bought}/", {"amount": "-29.99"})
    ann.record(portfolio, "DEPOSIT", "2024-01-01", amount="29.99")
    assert ann.totals(portfolio)["cash_balance"] == "0.00"
    assert ann.totals(portfolio)["total_cost_basis"] == "29.99"


def test_an_amount_that_was_given_stays_the_truth(ann: User, portfolio: int) -> None:
    row = {"asset": AAPL, "quantity": "10", "price": "1.00", "amount": "-10.01"}
    bought = ann.record(portfolio, "BUY", "2024-01-02", **row)
    path = f"/api/transactions/{bought['id']}/"
    assert ann.patch(path, {"notes": "rounded"})["amount"] == "-10.01"
    assert list(refused(ann.client.patch(path, json={"quantity": "20"}))) == ["amount"]
    assert ann.patch(path, {"quantity": "20", "amount": None})["amount"] == "-20.00"


def test_a_put_without_optional_fields_clears_them(ann: User, portfolio: int) -> None:
    row = {"asset": AAPL, "quantity": "1", "price": "1", "notes": "x", "external_id": "7"}
    bought = ann.record(portfolio, "BUY", "2024-01-02", **row)
    body = {"portfolio": portfolio, "transaction_type": "BUY", "date": "2024-01-02"}
    body |= {"asset": AAPL, "quantity": "1", "price": "1"}
    edited = ann.put(f"/api/transactions/{bought['id']}/", body)
    assert (edited["notes"], edited["external_id"]) == ("", None)


def test_an_edit_may_change_type_and_day(ann: User, portfolio: int) -> None:
    buy(ann, portfolio, "2024-01-02", "10")
    second = buy(ann, portfolio, "2024-01-04", "5")
    edited = {"transaction_type": "SELL", "date": "2024-01-03", "price": "7"}
    ann.patch(f"/api/transactions/{second}/", edited)
    position = ann.position(portfolio)
    assert (position["quantity"], position["realized_gain_loss"]) == ("5.00000000", "10.00")


def test_an_edit_may_name_another_asset(ann: User, portfolio: int) -> None:
    bought = buy(ann, portfolio, "2024-01-02", "10")
    edited = {"asset": SAP, "currency": "EUR", "exchange_rate": "1.1"}
    ann.patch(f"/api/transactions/{bought}/", edited)
    listed = ann.get("/api/positions/?include_closed=true")
    assert [(row["asset"]["symbol"], row["quantity"]) for row in listed["results"]] == [
        ("SAP", "10.00000000")
    ]


def test_a_transaction_stays_in_its_portfolio(ann: User, portfolio: int) -> None:
    bought = buy(ann, portfolio, "2024-01-02", "10")
    answer = ann.client.patch(f"/api/transactions/{bought}/", json={"portfolio": ann.portfolio()})
    assert list(refused(answer)) == ["portfolio"]


@pytest.mark.parametrize("edit", [{"quantity": "9"}, {"date": "2024-01-04"}])
def test_an_edit_that_leaves_too_little_for_a_later_sale_is_refused(
    ann: User, portfolio: int, edit: dict[str, str]
) -> None:
    bought = buy(ann, portfolio, "2024-01-02", "10")
    sell(ann, portfolio, "2024-01-03", "10")
    before = ann.position(portfolio), ann.get(f"/api/transactions/{bought}/")
    fields = refused(ann.client.patch(f"/api/transactions/{bought}/", json=edit))
    assert "on 2024-01-03; 10 cannot be taken" in fields["quantity"][0]
    assert (ann.position(portfolio), ann.get(f"/api/transactions/{bought}/")) == before


def test_a_delete_that_leaves_too_little_for_a_later_sale_is_refused(
    ann: User, portfolio: int
) -> None:
    bought = buy(ann, portfolio, "2024-01-02", "10")
    sell(ann, portfolio, "2024-01-03", "4")
    answer = ann.client.delete(f"/api/transactions/{bought}/")
    assert refused(answer) == {
        "quantity": ["Only 0 are held on 2024-01-03; 4 cannot be taken from it."]
    }


def test_a_deleted_sale_gives_back_what_it_took(ann: User, portfolio: int) -> None:
    buy(ann, portfolio, "2024-01-02", "10")
    sold = sell(ann, portfolio, "2024-01-03", "4")
    ann.delete(f"/api/transactions/{sold}/")
    position = ann.position(portfolio)
    assert (position["quantity"], position["realized_gain_loss"]) == ("10.00000000", "0.00")


def test_a_position_without_entries_is_gone(ann: User, portfolio: int) -> None:
    bought = buy(ann, portfolio, "2024-01-02", "10")
    ann.delete(f"/api/transactions/{bought}/")
    assert ann.get("/api/positions/?include_closed=true")["count"] == 0


def test_a_purchase_of_the_past_counts_from_its_day(ann: User) -> None:
    portfolio = ann.portfolio(cost_basis_method="FIFO")
    buy(ann, portfolio, "2024-01-03", "10", "5")
    sell(ann, portfolio, "2024-01-04", "10", "7")
    buy(ann, portfolio, "2024-01-02", "10", "6")
    position = ann.position(portfolio)
    # The older lot was sold: 70 − 60 were gained, 10 at 5 are held.
    assert (position["realized_gain_loss"], position["total_cost_basis"]) == ("10.00", "50.00")
    assert position["first_purchase_date"] == "2024-01-02"


def test_if_match_compares_the_revision(ann: User, portfolio: int) -> None:
    bought = buy(ann, portfolio, "2024-01-02", "10")
    path = f"/api/transactions/{bought}/"
    tag = ann.client.get(path).headers["ETag"]
    first = ann.client.patch(path, json={"notes": "a"}, headers={"If-Match": tag})
    assert first.status_code == 200
    for method in ("PATCH", "PUT", "DELETE"):
        body = {**answered(ann.client.get(path), 200), "notes": "b"}
        headers = {"If-Match": tag}
        answer = ann.client.open(path, method=method, json=body, headers=headers)
        assert answered(answer, 412)["details"]["code"] == "precondition_failed"
    assert ann.get(path)["notes"] == "a"


def test_an_unchanged_answer_is_a_304(ann: User, portfolio: int) -> None:
    path = f"/api/portfolios/{portfolio}/"
    tag = ann.client.get(path).headers["ETag"]
    assert ann.client.get(path, headers={"If-None-Match": tag}).status_code == 304
    buy(ann, portfolio, "2024-01-02", "10")
    assert ann.client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_a_purchase_does_not_refuse_a_new_name(ann: User, portfolio: int) -> None:
    path = f"/api/portfolios/{portfolio}/"
    tag = ann.client.get(path).headers["ETag"]
    buy(ann, portfolio, "2024-01-02", "10")
    renamed = ann.client.patch(path, json={"name": "New"}, headers={"If-Match": tag})
    assert renamed.status_code == 200
    again = ann.client.delete(path, headers={"If-Match": tag})
    assert again.status_code == 412


def test_an_external_id_is_taken_once_in_a_portfolio(ann: User, portfolio: int) -> None:
    row = {"transaction_type": "DEPOSIT", "date": "2024-01-02", "amount": "1", "external_id": "a"}
    first = ann.post("/api/transactions/", {**row, "portfolio": portfolio})
    again = ann.client.post("/api/transactions/", json={**row, "portfolio": portfolio})
    assert answered(again, 409)["details"]["message"] == (
        "Another transaction has the external_id a."
    )
    ann.post("/api/transactions/", {**row, "portfolio": ann.portfolio()})
    # Sent back as it is, it is no second one.
    ann.put(f"/api/transactions/{first['id']}/", {**first, "notes": "b"})
