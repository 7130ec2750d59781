"""Lists: filters, order, pages, and how many statements they cost."""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from shared.http import pagination
from shared.testing import Stand
from tests.portfolio.build import AAPL, SAP, VOD, User


@contextmanager
def statements(stand: Stand) -> Iterator[list[str]]:
    """Collect the statements that the service sends meanwhile."""
    sent: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        sent.append(statement)

    event.listen(stand.database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(stand.database.engine, "before_cursor_execute", note)


def results(ann: User, path: str, name: str = "id") -> list[Any]:
    return [row[name] for row in ann.get(path)["results"]]


@pytest.fixture
def portfolio(ann: User) -> int:
    """Return a portfolio with three positions and a deposit."""
    portfolio = ann.portfolio(name="Growth")
    ann.record(portfolio, "DEPOSIT", "2024-01-01", amount="100", notes="Savings")
    for day, asset in ((2, AAPL), (3, SAP), (4, VOD)):
        row = {"asset": asset, "quantity": str(day), "price": "1", "exchange_rate": "1.1"}
        if asset == AAPL:
            del row["exchange_rate"]
        ann.record(portfolio, "BUY", f"2024-01-0{day}", **row)
    return portfolio


def test_transactions_are_filtered(ann: User, portfolio: int) -> None:
    other = ann.portfolio()
    ann.record(other, "DEPOSIT", "2024-01-02", amount="1", external_id="broker-1")
    expected = {
        f"portfolio_id={other}": [5],
        f"asset_id={SAP}": [3],
        "symbol=VOD.L": [4],
        "transaction_type=DEPOSIT&ordering=id": [1, 5],
        "start_date=2024-01-03": [4, 3],
        "end_date=2024-01-01": [1],
        f"start_date=2024-01-02&end_date=2024-01-02&portfolio_id={portfolio}": [2],
        "search=savings": [1],
        "search=BROKER": [5],
        "search=%25": [],
    }
    for query, ids in expected.items():
        assert results(ann, f"/api/transactions/?{query}") == ids, query


def test_positions_are_filtered(ann: User, portfolio: int) -> None:
    expected = {
        f"portfolio_id={portfolio}": [1, 2, 3],
        f"asset_id={SAP}": [2],
        "asset_type=ETF": [],
        "search=vod": [3],
        "ordering=-quantity": [3, 2, 1],
        "ordering=-symbol": [3, 2, 1],
    }
    for query, ids in expected.items():
        assert results(ann, f"/api/positions/?{query}") == ids, query


def test_portfolios_are_filtered(ann: User) -> None:
    ann.portfolio(name="Alpha")
    ann.portfolio(name="Beta", is_active=False, description="the 100% one")
    expected = {
        "is_active=false": [2],
        "search=alp": [1],
        "search=100%25": [2],
        "ordering=-name": [2, 1],
    }
    for query, ids in expected.items():
        assert results(ann, f"/api/portfolios/?{query}") == ids, query


def test_a_list_holds_only_ones_own(ann: User, bob: User, portfolio: int) -> None:
    for path in ("portfolios", "positions", "transactions"):
        assert bob.get(f"/api/{path}/")["count"] == 0
        assert bob.get(f"/api/{path}/?ordering=id")["results"] == []
    assert bob.get(f"/api/transactions/?portfolio_id={portfolio}")["count"] == 0


def test_pages_of_equal_days_neither_repeat_nor_drop_a_row(ann: User) -> None:
    portfolio = ann.portfolio()
    ids = [ann.record(portfolio, "DEPOSIT", "2024-01-02", amount="1")["id"] for _ in range(7)]
    pages = [
        results(ann, f"/api/transactions/?page_size=3&page={page}&ordering=date")
        for page in (1, 2, 3)
    ]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [id_ for page in pages for id_ in page] == ids
    assert results(ann, "/api/transactions/") == ids[::-1]


@pytest.mark.parametrize("ordering", ["date", "-date"])
def test_early_and_late_pages_of_several_portfolios_are_one_list(
    monkeypatch: pytest.MonkeyPatch, ann: User, ordering: str
) -> None:
    portfolios = [ann.portfolio() for _ in range(3)]
    days = [f"2024-01-0{1 + number * 7 % 5}" for number in range(10)]
    ids = [
        ann.record(portfolios[number % 3], "DEPOSIT", day, amount="1")["id"]
        for number, day in enumerate(days)
    ]
    expected = [id_ for _, id_ in sorted(zip(days, ids, strict=True))]
    for near in (0, 4, 6, 1000):
        monkeypatch.setattr(pagination, "_NEAR", near)
        found = [
            id_
            for page in (1, 2, 3, 4)
            for id_ in results(
                ann, f"/api/transactions/?page_size=3&page={page}&ordering={ordering}"
            )
        ]
        assert found == (expected[::-1] if ordering == "-date" else expected)
    window = "start_date=2024-01-02&end_date=2024-01-03&ordering=date"
    inside = [id_ for day, id_ in sorted(zip(days, ids, strict=True)) if day[-1] in "23"]
    assert results(ann, f"/api/transactions/?{window}") == inside
    of_one = f"portfolio_id={portfolios[0]}&page_size=3&page=2&ordering=date"
    assert results(ann, f"/api/transactions/?{of_one}") == sorted(ids[::3], key=expected.index)[3:]


def test_the_count_is_that_of_now_whatever_comes_and_goes(ann: User, bob: User) -> None:
    first, second = ann.portfolio(), ann.portfolio()

    def counts() -> list[int]:
        paths = "", f"?portfolio_id={first}", f"?portfolio_id={second}"
        return [ann.get(f"/api/transactions/{query}")["count"] for query in paths]

    row = {"transaction_type": "DEPOSIT", "date": "2024-01-02", "amount": "1"}
    seen = [counts()]
    ids = [ann.record(first, "DEPOSIT", "2024-01-02", amount="1")["id"] for _ in range(2)]
    seen.append(counts())
    ann.post("/api/transactions/bulk/", {"transactions": [{"portfolio": second, **row}] * 3})
    seen.append(counts())
    ann.delete(f"/api/transactions/{ids[0]}/")
    seen.append(counts())
    ann.delete(f"/api/portfolios/{second}/")
    seen.append(counts())
    assert seen == [[0, 0, 0], [2, 2, 0], [5, 2, 3], [4, 1, 3], [1, 1, 0]]
    assert bob.get(f"/api/transactions/?portfolio_id={first}")["count"] == 0


def test_a_page_of_portfolios_costs_as_many_statements_as_one(stand: Stand, ann: User) -> None:
    def fill(count: int) -> None:
        for _ in range(count):
            portfolio = ann.portfolio()
            row = {"asset": SAP, "quantity": "1", "price": "1", "exchange_rate": "1.1"}
            ann.record(portfolio, "BUY", "2024-01-02", **row)

    fill(1)
    with statements(stand) as of_one:
        ann.get("/api/portfolios/")
    fill(9)
    with statements(stand) as of_ten:
        assert len(ann.get("/api/portfolios/")["results"]) == 10
    # The page, sums, prices, splits, currencies without a rate, and rates.
    assert len(of_one) == len(of_ten) == 6


def test_recording_what_follows_reads_no_history(stand: Stand, ann: User, portfolio: int) -> None:
    row = {"asset": AAPL, "quantity": "1", "price": "1"}
    with statements(stand) as sent:
        ann.record(portfolio, "BUY", "2024-01-05", **row)
    assert [text for text in sent if "FROM positions" in text]
    assert not [text for text in sent if "FROM transactions" in text]


def test_a_list_as_csv(ann: User, portfolio: int) -> None:
    answer = ann.client.get("/api/transactions/?ordering=id", headers={"Accept": "text/csv"})
    lines = answer.text.splitlines()
    assert answer.mimetype == "text/csv"
    assert lines[0].startswith("id,portfolio,asset,symbol,transaction_type,date,quantity,price")
    assert lines[2].startswith(f"2,{portfolio},1,AAPL,BUY,2024-01-02,2.00000000,1.00000000,-2.00,")
    assert len(lines) == 5


def test_a_list_in_a_cell_of_csv_is_json(ann: User) -> None:
    ann.portfolio()
    answer = ann.client.get("/api/portfolios/", headers={"Accept": "text/csv"})
    [portfolio] = csv.DictReader(answer.text.splitlines())
    [warning] = json.loads(portfolio["warnings"])
    assert (warning["field"], warning["code"]) == ("total_return_percentage", "no_cost_basis")
