"""Imports and bulks have a lane: when it is full, reads and single writes go on."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from sqlalchemy import text
from werkzeug.test import TestResponse

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
