"""A slow kind of request has two places and two seats to wait, and a user half of them."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from werkzeug.test import TestResponse

from shared.testing import Stand, wait_until
from tests.shared.http import notes

PONDER = "/api/notes/ponder/"


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as threads:
        yield threads
        notes.meeting.leave.set()


def ponder(stand: Stand, user: int, *, in_vain: bool = False) -> TestResponse:
    return stand.client(user).post(PONDER, json={"in_vain": in_vain})


def fill(stand: Stand, threads: ThreadPoolExecutor, users: list[int]) -> list[Future[TestResponse]]:
    """Send a request of each user, one after the other, and let them wait."""
    pondering = []
    for user in users:
        pondering.append(threads.submit(ponder, stand, user))
        wait_until(lambda: stand.inside("pondering") == len(pondering))
    return pondering


def test_a_full_lane_answers_at_once_when_to_try_again(
    stand: Stand, threads: ThreadPoolExecutor
) -> None:
    pondering = fill(stand, threads, [1, 2, 3, 4])
    refused = ponder(stand, 5)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert refused.get_json()["details"]["code"] == "unavailable"
    assert notes.meeting.visits == 2
    notes.meeting.leave.set()
    # Those who wait have not lost their patience, so who was refused did not wait.
    assert [answer.result().status_code for answer in pondering] == [204] * 4
    assert ponder(stand, 5).status_code == 204
    assert stand.inside("pondering") == 0


def test_a_user_has_a_share_and_leaves_the_rest_to_others(
    stand: Stand, threads: ThreadPoolExecutor
) -> None:
    pondering = fill(stand, threads, [1, 1])
    refused = ponder(stand, 1)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert refused.get_json()["details"]["code"] == "rate_limited"
    other = threads.submit(ponder, stand, 2)
    wait_until(lambda: stand.inside("pondering") == 3)
    notes.meeting.leave.set()
    assert [answer.result().status_code for answer in (*pondering, other)] == [204] * 3
    assert ponder(stand, 1).status_code == 204


def test_who_waits_for_too_long_is_told_to_come_again(
    stand: Stand, threads: ThreadPoolExecutor
) -> None:
    pondering = fill(stand, threads, [1, 2])
    began = time.monotonic()
    assert ponder(stand, 3).status_code == 503
    assert time.monotonic() - began >= notes.PATIENCE
    notes.meeting.leave.set()
    assert [answer.result().status_code for answer in pondering] == [204] * 2
    assert notes.meeting.visits == 2


def test_work_that_fails_gives_its_place_back(stand: Stand) -> None:
    for _ in range(5):
        assert ponder(stand, 1, in_vain=True).status_code == 409
    assert stand.inside("pondering") == 0


def test_what_is_wrong_from_the_start_takes_no_place(
    stand: Stand, threads: ThreadPoolExecutor
) -> None:
    fill(stand, threads, [1, 2, 3, 4])
    assert stand.client(5).post(PONDER, json={"in_vain": "perhaps"}).status_code == 422
    assert stand.client(None).post(PONDER, json={}).status_code == 401
    notes.meeting.leave.set()


def test_a_refusal_for_want_of_a_place_is_not_kept_under_its_key(
    stand: Stand, threads: ThreadPoolExecutor
) -> None:
    once = {"Idempotency-Key": "k1"}
    pondering = fill(stand, threads, [1, 1])
    assert stand.client(1).post(PONDER, json={}, headers=once).status_code == 429
    notes.meeting.leave.set()
    assert [answer.result().status_code for answer in pondering] == [204] * 2
    assert stand.client(1).post(PONDER, json={}, headers=once).status_code == 204
