"""A ledger leaves as a file and comes back as the same ledger."""

import csv
import io
from typing import Any

import pytest

from services.assets.domain.access import Actor
from shared.testing import Stand
from tests.portfolio.build import User, refused
from tests.portfolio.filing import HEADER, exported, imported, listed
from tests.portfolio.owning import Assets


@pytest.fixture
def stand(knowing_nothing: Stand) -> Stand:
    return knowing_nothing


@pytest.fixture
def ledger(ann: User, assets: Assets) -> int:
    """Return a portfolio with every type of transaction, in the least convenient order."""
    pair = assets.make("EURUSD")
    assets.price(pair, {"2024-01-01": "1.10"})
    apple = assets.make("AAPL", isin="US0378331005")
    sap, vodafone = assets.make("SAP", "EUR"), assets.make("VOD.L", "GBP")
    portfolio = ann.portfolio(cost_basis_method="FIFO")
    ann.record(portfolio, "TRANSFER_IN", "2024-01-02", asset=pair, quantity="1", price="1")
    held = {"asset": apple}
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("DEPOSIT", "2024-01-01", {"amount": "1000.50", "external_id": "d-1"}),
        ("SELL", "2024-01-09", {"asset": pair, "quantity": "0.5", "price": "1.2"}),
        ("BUY", "2024-01-03", {**held, "quantity": "0.6242", "price": "48.05", "amount": "-29.99"}),
        ("BUY", "2024-01-03", {**held, "quantity": "10", "price": "48.500", "fees": "1.00"}),
        ("SELL", "2024-01-03", {**held, "quantity": "1", "price": "50", "taxes": "0.10"}),
        ("SPLIT", "2024-01-03", {**held, "ratio": "4:1", "notes": "split, later\nrecorded"}),
        ("DIVIDEND", "2024-01-04", {**held, "amount": "3", "fees": "0.5", "notes": "=1+1"}),
        ("DIVIDEND", "2024-01-04", {**held, "quantity": "2", "price": "0.25"}),
        ("TRANSFER_OUT", "2024-01-05", {**held, "quantity": "1"}),
        ("BUY", "2024-01-05", {"asset": sap, "quantity": "3", "price": "7"}),
        ("BUY", "2024-01-05", {"asset": vodafone, "quantity": "1000", "price": "69.1234567",
                               "currency": "GBX", "exchange_rate": "0.0127"}),
        ("INTEREST", "2024-01-06", {"amount": "-1.25", "currency": "EUR"}),
        ("FEE", "2024-01-06", {"amount": "-2", "external_id": "'quoted"}),
        ("FEE_REFUND", "2024-01-06", {"amount": "1"}),
        ("TAX", "2024-01-06", {"amount": "-2", **held}),
        ("TAX_REFUND", "2024-01-06", {"amount": "1"}),
        ("WITHDRAWAL", "2024-01-07", {"amount": "-5"}),
        ("ADJUSTMENT", "2024-01-08", {"asset": sap, "quantity": "2", "price": "7.5"}),
    ]  # fmt: skip
    for kind, day, fields in rows:
        ann.record(portfolio, kind, day, **fields)
    # A third of a cent and so on: the cost of one unit has twenty decimals.
    position = ann.position(portfolio, apple)
    ann.patch(f"/api/positions/{position['id']}/", {"quantity": "7"})
    imported(ann, portfolio, HEADER + "2024-01-10,BUY,AAPL,1,50,,\n2024-01-10,BUY,AAPL,1,50,,\n")
    return portfolio


def totals(user: User, portfolio: int) -> dict[str, Any]:
    """Return what a ledger adds up to."""
    own = {"id", "name", "created", "modified"}
    return {name: value for name, value in user.totals(portfolio).items() if name not in own}


def positions(user: User, portfolio: int) -> list[Any]:
    found = user.get(f"/api/positions/?portfolio_id={portfolio}&ordering=symbol")["results"]
    return [{**row, "id": None, "portfolio": None} for row in found]


def test_what_is_exported_comes_back_as_the_same_ledger(ann: User, ledger: int) -> None:
    first = exported(ann, ledger)
    copy = ann.portfolio(cost_basis_method="FIFO")
    found = imported(ann, copy, first)
    assert found["created"] == len(listed(ann, f"portfolio_id={ledger}")) == 22
    assert exported(ann, copy) == first
    assert totals(ann, copy) == totals(ann, ledger)
    assert positions(ann, copy) == positions(ann, ledger)
    # And a third time, now that ids of the file's content are there.
    assert imported(ann, copy, first)["created"] == 0
    assert exported(ann, copy) == first


@pytest.fixture
def of_a_file(ann: User, assets: Assets) -> tuple[int, str]:
    """Return a portfolio that came by a file without ids, and the file."""
    assets.make("AAPL", isin="US0378331005")
    rows = "2024-01-02,BUY,AAPL,1,50,,\n"
    portfolio, text = ann.portfolio(), HEADER + rows + rows + "2024-01-03,DEPOSIT,,,,9,\n"
    imported(ann, portfolio, text)
    return portfolio, text


def test_what_came_by_a_file_is_known_again_in_its_export(
    ann: User, of_a_file: tuple[int, str]
) -> None:
    portfolio, text = of_a_file
    first = exported(ann, portfolio)
    assert imported(ann, portfolio, first)["skipped"] == 3
    # In another portfolio as well, by the file it first came by too.
    copy = ann.portfolio()
    assert imported(ann, copy, first)["created"] == 3
    assert exported(ann, copy) == first
    assert [imported(ann, copy, again)["skipped"] for again in (first, text)] == [3, 3]


def test_what_is_left_of_equal_rows_or_was_edited_is_known_again(ann: User) -> None:
    own = ann.portfolio()
    text = "date,transaction_type,amount,currency\n" + "2024-01-03,DEPOSIT,9,USD\n" * 4
    imported(ann, own, text)
    first, second, _, _ = listed(ann, f"portfolio_id={own}")
    ann.delete(f"/api/transactions/{first['id']}/")
    ann.patch(f"/api/transactions/{second['id']}/", {"amount": "8"})
    left = exported(ann, own)
    assert imported(ann, own, left)["skipped"] == 3
    # And none of them is taken for one recorded by hand.
    ann.record(own, "DEPOSIT", "2024-01-03", amount="9")
    copy = ann.portfolio()
    assert imported(ann, copy, exported(ann, own))["created"] == 4


def test_an_id_made_of_content_is_nobodys_own(ann: User, of_a_file: tuple[int, str]) -> None:
    portfolio, _ = of_a_file
    row, _, _ = listed(ann, f"portfolio_id={portfolio}")
    path = f"/api/transactions/{row['id']}/"
    assert ann.put(path, row)["external_id"] == row["external_id"]
    assert ann.patch(path, {"external_id": row["external_id"]})["notes"] == ""
    deposit = {"amount": "1", "external_id": "content:1"}
    assert list(ann.refuse(portfolio, "DEPOSIT", "2024-01-02", **deposit)) == ["external_id"]
    answer = ann.client.patch(path, json={"external_id": "content:1"})
    assert list(refused(answer)) == ["external_id"]


def test_a_given_rate_comes_back_however_many_zeros_it_had(ann: User, assets: Assets) -> None:
    apple = assets.make("AAPL")
    portfolio, other = ann.portfolio(currency="EUR"), ann.portfolio(currency="USD")
    bought = {"asset": apple, "quantity": "1", "price": "1", "exchange_rate": "1.00"}
    ann.record(portfolio, "BUY", "2024-01-03", **bought)
    ann.patch(f"/api/portfolios/{portfolio}/", {"currency": "USD"})
    file = exported(ann, portfolio)
    imported(ann, other, file)
    assert exported(ann, other) == file


def test_an_own_and_a_public_asset_of_one_symbol_stay_two(ann: User, assets: Assets) -> None:
    held = [assets.make("AAPL", name="Apple Inc."),
            assets.make("AAPL", name="My own apple", by=Actor(user_id=1))]  # fmt: skip
    portfolio, copy = ann.portfolio(), ann.portfolio()
    for asset in held:
        ann.record(portfolio, "BUY", "2024-01-02", asset=asset, quantity=str(asset), price="5")
    imported(ann, copy, exported(ann, portfolio))
    assert positions(ann, copy) == positions(ann, portfolio)
    assert [row["asset"] for row in listed(ann, f"portfolio_id={copy}")] == held


def test_a_ledger_with_retired_assets_comes_back(ann: User, assets: Assets) -> None:
    own: dict[str, Any] = {"by": Actor(user_id=1)}
    old, kept = assets.make("OLDCO", name="Old Co", **own), assets.make("KEPT", **own)
    portfolio, copy = ann.portfolio(), ann.portfolio()
    for asset in (old, kept):
        ann.record(portfolio, "BUY", "2024-01-02", asset=asset, quantity="2", price="5")
    ann.record(portfolio, "SELL", "2024-01-03", asset=old, quantity="2", price="5")
    for asset in (old, kept):
        assets.retire(asset, **own)
    assets.make("OLDCO", name="New Co", **own)
    text = exported(ann, portfolio)
    assert imported(ann, copy, text)["created"] == 3
    assert [row["asset"] for row in listed(ann, f"portfolio_id={copy}")] == [old, kept, old]
    assert exported(ann, copy) == text


def test_only_what_was_given_is_exported_in_the_order_of_the_ledger(ann: User, ledger: int) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(ann, ledger))))
    of_day = [row for row in rows if row["date"] == "2024-01-03"]
    names = ("position_in_day", "transaction_type", "price", "amount", "exchange_rate")
    assert [tuple(row[name] for name in names) for row in of_day] == [
        ("1", "SPLIT", "", "", ""),
        ("2", "BUY", "48.05", "-29.99", ""),
        ("3", "BUY", "48.500", "", ""),
        ("4", "SELL", "50", "", ""),
    ]
    given = [row["external_id"] for row in rows if row["external_id"]]
    assert given[:2] == ["d-1", "''quoted"]
    # Of the rows that came by a file without ids.
    assert [text.partition(":")[0] for text in given[2:]] == ["content", "content"]
    assert [row["notes"] for row in rows if row["notes"]] == [
        "split, later\nrecorded",
        "'=1+1",
    ]
    asset = [of_day[0][name] for name in ("symbol", "isin", "asset_name", "asset_currency")]
    assert asset == ["AAPL", "US0378331005", "AAPL", "USD"]


def test_an_empty_ledger_is_a_header(ann: User) -> None:
    text = exported(ann, ann.portfolio())
    assert text.startswith("date,position_in_day,transaction_type,symbol,")
    assert len(text.splitlines()) == 1


def test_a_file_has_a_name_and_only_its_owner_gets_it(stand: Stand, ann: User, bob: User) -> None:
    path = f"/api/transactions/export/?portfolio_id={ann.portfolio()}"
    answer = ann.client.get(path, buffered=True)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="portfolio-1.csv"'
    assert bob.client.get(path).status_code == 404
    assert stand.client(None).get(path).status_code == 401
    assert ann.client.get("/api/transactions/export/").status_code == 400
    refused = ann.client.get(path, headers={"Accept": "application/json"})
    assert refused.status_code == 406
    assert refused.json["details"]["message"] == "This is answered as text/csv."  # type: ignore[index]


def test_more_rows_than_are_held_in_memory_are_all_there(ann: User) -> None:
    portfolio = ann.portfolio()
    text = "date,transaction_type,amount\n" + "2024-01-02,DEPOSIT,1\n" * 1201
    imported(ann, portfolio, text)
    assert len(exported(ann, portfolio).splitlines()) == 1202
