"""Three writes of a user are done at the same time; where these are slow, more are refused."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from werkzeug.test import TestResponse

from shared.http import turns
from shared.testing import ENOUGH, Stand, wait_until
from tests.shared.http import notes
from tests.shared.http.conftest import titles

AT_ONCE = 3


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(12) as threads:
        yield threads
        notes.meeting.leave.set()


def write(stand: Stand, user: int, title: str = "quick", **headers: str) -> TestResponse:
    return stand.client(user).post("/api/notes/", json={"title": title}, headers=headers)


def write_slowly(stand: Stand, threads: ThreadPoolExecutor) -> list[Future[TestResponse]]:
    """Begin as many writes of the first user as are done at once, which end when they may leave."""
    writing = []
    for number in range(1, AT_ONCE + 1):
        writing.append(threads.submit(write, stand, 1, "slow"))
        wait_until(lambda: notes.meeting.visits == number)  # noqa: B023 - it is called at once
    return writing


def statuses(answers: list[Future[TestResponse]]) -> list[int]:
    return [answer.result().status_code for answer in answers]


def refused(stand: Stand, reason: str) -> int:
    return stand.sample(f'lane_refused_total{{lane="writes",reason="{reason}"}}')


def test_who_writes_slowly_is_refused_more_and_nobody_else(
    stand: Stand, threads: ThreadPoolExecutor
) -> None:
    writing = write_slowly(stand, threads)
    answer = write(stand, 1)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert answer.get_json()["details"]["code"] == "rate_limited"
    assert titles(stand.client(1)) == []
    assert write(stand, 2).status_code == 201
    notes.meeting.leave.set()
    assert statuses(writing) == [201] * AT_ONCE
    assert write(stand, 1).status_code == 201
    assert titles(stand.client(1)) == ["slow", "slow", "slow", "quick"]
    assert titles(stand.client(2)) == ["quick"]


def test_twelve_at_the_same_moment_keep_three_threads(
    stand: Stand, threads: ThreadPoolExecutor
) -> None:
    writing = [threads.submit(write, stand, 1, "slow") for _ in range(12)]
    wait_until(lambda: sum(answer.done() for answer in writing) == 12 - AT_ONCE)
    notes.meeting.leave.set()
    assert sorted(statuses(writing)) == [201] * AT_ONCE + [429] * (12 - AT_ONCE)
    assert titles(stand.client(1)) == ["slow"] * AT_ONCE


def test_once_the_oldest_is_slow_nobody_waits_to_be_refused(
    stand: Stand, threads: ThreadPoolExecutor
) -> None:
    writing = write_slowly(stand, threads)
    assert write(stand, 1).status_code == 429
    # It has waited for as long as a write may take; now the oldest is older than that.
    waited, at_once = refused(stand, "patience"), refused(stand, "share")
    assert [write(stand, 1).status_code for _ in range(5)] == [429] * 5
    assert (refused(stand, "patience"), refused(stand, "share")) == (waited, at_once + 5)
    notes.meeting.leave.set()
    assert statuses(writing) == [201] * AT_ONCE


def test_who_waits_has_a_turn_as_soon_as_another_ends(
    stand: Stand, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_PATIENCE", ENOUGH)
    writing = write_slowly(stand, threads)
    for number in (1, 2):
        writing.append(threads.submit(write, stand, 1))
        wait_until(lambda: stand.sample('lane_waiting{lane="writes"}') == number)  # noqa: B023
    notes.meeting.leave.set()
    assert statuses(writing) == [201] * (AT_ONCE + 2)


def test_a_write_that_fails_ends_its_turn(stand: Stand) -> None:
    for title in ("refused", "broken", "taken") * 2:
        assert write(stand, 1, title).status_code >= 400
    assert write(stand, 1).status_code == 201


def test_a_refusal_is_not_kept_under_its_key(stand: Stand, threads: ThreadPoolExecutor) -> None:
    once = {"Idempotency-Key": "k1"}
    writing = write_slowly(stand, threads)
    assert write(stand, 1, **once).status_code == 429
    notes.meeting.leave.set()
    assert statuses(writing) == [201] * AT_ONCE
    answer = write(stand, 1, **once)
    assert (answer.status_code, answer.headers.get("Idempotency-Replayed")) == (201, None)
