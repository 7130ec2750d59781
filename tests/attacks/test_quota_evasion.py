"""More than the limit in any hour: by bursts and pauses, other tokens, other replicas of auth."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

import pytest
from flask.testing import FlaskClient

from services.auth.app import create_app
from shared.testing import Stand
from shared.testing.stand import set_environment
from tests.auth.conftest import log_in, sign_up
from tests.auth.test_quotas import Clock
from tests.conftest import MakeStand

LIMIT = 12
HOUR = 3600
# Seconds between two bursts, of so many requests each.
PAUSES = [0, 1, 600, 1799, 1801, 3599, 3601, 30, 900, 2700, 3600]
BURST = 9


@dataclass(frozen=True)
class Installation:
    """Auth, and a client of each of its replicas, which the gateway asks by turns."""

    stand: Stand
    doors: list[FlaskClient]


@pytest.fixture(params=["1 replica in memory", "1 replica on Redis", "3 replicas on Redis"])
def auth(request: pytest.FixtureRequest, make_stand: MakeStand) -> Iterator[Installation]:
    more = {"QUOTA_STANDARD": f"{LIMIT}/hour"}
    if "Redis" in request.param:
        more["QUOTA_STORAGE_URL"] = request.getfixturevalue("redis_url")
        more["QUOTA_NAMESPACE"] = f"evasion-{time.time_ns()}"
    stand = make_stand("auth", create_app, **more)
    with set_environment(stand.environment):
        others = [create_app() for _ in range(2 if request.param.startswith("3") else 0)]
    apps = [stand.app, *others]
    yield Installation(stand, [app.test_client() for app in apps])
    for app in others:
        app.database.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    return clock


def _most_in_an_hour(passed: list[float]) -> int:
    """Return the largest number of moments within any hour."""
    return max(sum(start <= moment < start + HOUR for moment in passed) for start in passed)


def _passed(doors: list[FlaskClient], keys: list[str], clock: Clock) -> list[float]:
    """Send bursts, each request by another door and with another token; return when one passed."""
    passed = []
    ways = cycle((door, key) for key in keys for door in doors)
    for pause in PAUSES:
        clock.now += pause
        for _ in range(BURST):
            door, key = next(ways)
            headers = {"Authorization": f"Token {key}"}
            if door.get("/internal/authorize?class=standard", headers=headers).status_code == 200:
                passed.append(clock.now)
    return passed


def test_no_hour_has_more_than_the_limit(auth: Installation, clock: Clock) -> None:
    sign_up(auth.stand)
    keys = [log_in(auth.stand) for _ in range(3)]
    passed = _passed(auth.doors, keys, clock)
    assert _most_in_an_hour(passed) == LIMIT
    assert len(passed) > 3 * LIMIT  # an honest user's next hour is not taken away


def test_hours_that_begin_by_the_clock_would_let_more_pass() -> None:
    """So that the test above could fail: twice the limit around the full hour."""
    by_the_clock: dict[int, int] = {}
    passed, now = [], 0.0
    for pause in PAUSES:
        now += pause
        for _ in range(BURST):
            hour = int(now // HOUR)
            by_the_clock[hour] = by_the_clock.get(hour, 0) + 1
            if by_the_clock[hour] <= LIMIT:
                passed.append(now)
    assert _most_in_an_hour(passed) > LIMIT
