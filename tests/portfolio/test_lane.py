"""Imports and bulks have a lane, long lists have one, and each user's writes; the rest goes on."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from shared.http import pagination
from shared.testing import Stand, wait_until
from tests.portfolio.build import AAPL, User
from tests.portfolio.filing import HEADER, send

FILE = HEADER + "2024-01-02,DEPOSIT,,,,5,\n"


@contextmanager
def locked(stand: Stand, portfolios: list[int]) -> Iterator[None]:
    """Make whoever writes into one of these portfolios wait."""
    with stand.database.engine.begin() as connection:
        rows = text("SELECT 1 FROM portfolios WHERE id = ANY(:ids) FOR UPDATE")
        connection.execute(rows, {"ids": portfolios})
        yield


def test_a_full_lane_refuses_at_once_and_lets_reads_and_single_writes_pass(
    stand: Stand, ann: User, bob: User
) -> None:
    carl = User(stand.client(user=3))
    users = [ann, ann, bob]
    portfolios = {user: user.portfolio() for user in (ann, bob, carl)}
    bulk = {"transactions": [{"portfolio": portfolios[ann], "asset": AAPL}]}
    waiting: list[Future[TestResponse]] = []
    with ThreadPoolExecutor(3) as threads, locked(stand, [portfolios[ann], portfolios[bob]]):
        for user in users:
            waiting.append(threads.submit(send, user, portfolios[user], FILE))
            wait_until(lambda: stand.inside("importing") == len(waiting))
        full = [
            send(carl, portfolios[carl], FILE),
            carl.client.delete("/api/transactions/imports/1/"),
            carl.client.post("/api/transactions/bulk/", json=bulk),
        ]
        assert [(each.status_code, each.headers["Retry-After"]) for each in full] == [
            (503, "1")
        ] * 3
        share = ann.client.post("/api/transactions/bulk/", json=bulk)
        assert (share.status_code, share.headers["Retry-After"]) == (429, "1")
        assert ann.get("/api/portfolios/")["count"] == 1
        carl.record(portfolios[carl], "DEPOSIT", "2024-01-04", amount="1")
    # Who was refused did not wait: the third of these has five seconds for its place.
    assert [answer.result().status_code for answer in waiting] == [200] * 3
    assert stand.inside("importing") == 0


def test_slow_writes_of_one_user_are_refused_and_nobody_elses(
    stand: Stand, ann: User, bob: User
) -> None:
    portfolio, others = ann.portfolio(), bob.portfolio()
    entry = ann.record(portfolio, "BUY", "2024-01-03", asset=AAPL, quantity="2", price="5")
    before = {**_written(entry), "date": "2024-01-02"}
    path, key = f"/api/transactions/{entry['id']}/", {"Idempotency-Key": "once"}
    slow = [
        partial(ann.client.post, "/api/transactions/", json=before),
        partial(ann.client.patch, path, json={"quantity": "3"}),
        partial(ann.client.patch, f"/api/portfolios/{portfolio}/", json={"currency": "EUR"}),
    ]
    more = [
        partial(ann.client.post, "/api/transactions/", json=before, headers=key),
        partial(ann.client.post, "/api/transactions/", json=before),
        partial(ann.client.put, path, json=_written(entry)),
        partial(ann.client.delete, path),
        partial(ann.client.patch, "/api/positions/1/", json={"quantity": "7"}),
    ]
    with ThreadPoolExecutor(3) as threads, locked(stand, [portfolio]):
        writing = [threads.submit(write) for write in slow]
        wait_until(lambda: stand.waiters() == 3)
        refused = [write() for write in more]
        bob.record(others, "DEPOSIT", "2024-01-04", amount="1")
        assert ann.position(portfolio)["quantity"] == "2.00000000"
    told = [(answer.status_code, answer.headers["Retry-After"]) for answer in refused]
    assert told == [(429, "1")] * 5
    assert [answer.result().status_code for answer in writing] == [201, 200, 200]
    assert ann.position(portfolio)["quantity"] == "5.00000000"
    again = more[0]()
    assert (again.status_code, again.headers.get("Idempotency-Replayed")) == (201, None)
    assert ann.position(portfolio)["quantity"] == "7.00000000"


def _written(entry: dict[str, Any]) -> dict[str, Any]:
    """Return what people write of a purchase."""
    names = ("portfolio", "asset", "transaction_type", "date", "quantity", "price")
    return {name: entry[name] for name in names}


@contextmanager
def unreadable_assets(stand: Stand) -> Iterator[None]:
    """Make whoever reads transactions, which name them, wait."""
    with stand.database.engine.begin() as connection:
        connection.execute(text("LOCK TABLE assets"))
        yield


@pytest.mark.parametrize(
    "query", [{"search": "rent"}, {"ordering": "amount"}, {"symbol": "AAPL", "ordering": "date"}]
)
def test_one_at_a_time_looks_through_a_long_list(
    stand: Stand, ann: User, bob: User, query: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagination, "_MANY", 1)
    for user in (ann, bob):
        portfolio = user.portfolio()
        for amount in ("1", "2"):
            user.record(portfolio, "DEPOSIT", "2024-01-04", amount=amount)

    def look(user: User) -> TestResponse:
        return user.client.get("/api/transactions/", query_string=query)

    with ThreadPoolExecutor(1) as threads, unreadable_assets(stand):
        looking = threads.submit(look, ann)
        wait_until(lambda: stand.inside("lists") == 1)
        refused = [look(ann), look(bob)]
    told = [(answer.status_code, answer.headers["Retry-After"]) for answer in refused]
    assert told == [(429, "1"), (503, "1")]
    assert looking.result().status_code == 200
    assert look(bob).status_code == 200


def test_a_list_by_date_and_a_short_one_need_no_place(
    stand: Stand, ann: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagination, "_MANY", 1)
    portfolio = ann.portfolio()
    for amount in ("1", "2"):
        ann.record(portfolio, "DEPOSIT", "2024-01-04", amount=amount)
    with stand.app.test_request_context(), pagination.LOOKING.place():
        assert ann.get("/api/transactions/")["count"] == 2
        assert bob.get("/api/transactions/?search=rent")["count"] == 0
