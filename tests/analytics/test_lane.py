"""Computations have a lane: when it is full, whatever needs no computation goes on."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from shared.testing import wait_until
from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import ten_shares


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as threads:
        yield threads


@contextmanager
def unreadable_prices(desk: Desk) -> Iterator[None]:
    """Make whoever computes wait for prices; the lists of what there is can be read."""
    with desk.stand.database.engine.begin() as connection:
        connection.execute(text("LOCK TABLE price_years"))
        yield


def fill(
    desk: Desk, threads: ThreadPoolExecutor, path: str, users: list[int]
) -> list[Future[TestResponse]]:
    """Send a request of each user, one after the other, and let them wait."""
    computing: list[Future[TestResponse]] = []
    for number, user in enumerate(users, start=1):
        query = {"indicators": f"sma_{number}"}
        client = desk.stand.client(user)
        computing.append(threads.submit(client.get, path, query_string=query))
        wait_until(lambda: desk.stand.inside("computing") == len(computing))
    return computing


def test_a_full_lane_refuses_at_once_and_lets_what_is_cheap_or_kept_pass(
    desk: Desk, threads: ThreadPoolExecutor
) -> None:
    ten_shares(desk)
    [asset] = desk.world.assets
    path, client = f"/api/assets/{asset}/technical_indicators/", desk.stand.client()
    had = client.get(path)
    with unreadable_prices(desk):
        computing = fill(desk, threads, path, [1, 1, 2, 3])
        refused = desk.stand.client(4).get(path)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert client.get(path).data == had.data
        known = {"If-None-Match": had.headers["ETag"]}
        assert client.get(path, headers=known).status_code == 304
        assert client.get("/api/portfolio-snapshots/").status_code == 200
        assert client.get("/health/live/").status_code == 200
    # Who was refused did not wait: two of these have five seconds for their place.
    assert [answer.result().status_code for answer in computing] == [200] * 4
    assert desk.stand.client(4).get(path).status_code == 200
    assert desk.stand.inside("computing") == 0


def test_a_user_has_three_of_the_four_places(desk: Desk, threads: ThreadPoolExecutor) -> None:
    ten_shares(desk)
    [asset] = desk.world.assets
    path = f"/api/assets/{asset}/technical_indicators/"
    with unreadable_prices(desk):
        computing = fill(desk, threads, path, [1, 1, 1])
        refused = desk.stand.client(1).get(path)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert [answer.result().status_code for answer in computing] == [200] * 3
