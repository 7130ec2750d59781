"""Bulks have a lane: when it is full, reads and single writes go on."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from sqlalchemy import text
from werkzeug.test import TestResponse

from shared.testing import Stand, wait_until
from tests.assets.build import APPLE, Assets

PRICES = {"prices": [{"date": "2024-01-19", "close": "175.50"}]}


@contextmanager
def locked(stand: Stand) -> Iterator[None]:
    """Make whoever writes prices into an asset wait."""
    with stand.database.engine.begin() as connection:
        connection.execute(text("SELECT 1 FROM assets FOR UPDATE"))
        yield


def test_a_full_lane_refuses_at_once_and_lets_reads_and_single_writes_pass(
    stand: Stand, ann: Assets, bob: Assets
) -> None:
    carl = Assets(stand.client(user=3))
    mine = {user: f"assets/{user.make()['id']}/price_history/bulk/" for user in (ann, bob)}
    waiting: list[Future[TestResponse]] = []
    with ThreadPoolExecutor(3) as threads, locked(stand):
        for user in (ann, ann, bob):
            waiting.append(threads.submit(user.post, mine[user], PRICES))
            wait_until(lambda: stand.inside("importing") == len(waiting))
        full = carl.post("assets/bulk/", {"assets": [APPLE]})
        assert (full.status_code, full.headers["Retry-After"]) == (503, "1")
        share = ann.post(mine[ann], PRICES)
        assert (share.status_code, share.headers["Retry-After"]) == (429, "1")
        assert len(ann.found("assets/")) == 1
        carl.make()
    # Who was refused did not wait: the third of these has five seconds for its place.
    assert [answer.result().status_code for answer in waiting] == [200] * 3
    assert stand.inside("importing") == 0
