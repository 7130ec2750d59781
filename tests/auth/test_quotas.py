"""Quotas: a true moving hour, one count for all processes, and nobody passes without a count."""

import socket
import time
from collections.abc import Iterator

import pytest
from environs import EnvValidationError
from limits.storage import RedisStorage, storage_from_string
from redis.connection import SSLConnection
from sqlalchemy import text

from services.auth import settings
from services.auth.app import create_app
from shared.testing import Stand
from shared.testing.stand import set_environment
from tests.auth.conftest import Gateway, log_in, sign_up, try_login
from tests.conftest import MakeStand


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    return clock


def test_a_pause_gives_nothing_back_before_its_hour_is_over(
    stand: Stand, gateway: Gateway, clock: Clock
) -> None:
    """25 requests, half an hour, 25 more: after the hour 25 are free again, not 50."""
    sign_up(stand)
    key = log_in(stand)

    def passed(requests: int) -> int:
        answers = [gateway.authorize(key, class_="market_data") for _ in range(requests)]
        return sum(answer.status_code == 200 for answer in answers)

    assert passed(25) == 25
    clock.now += 1800
    assert passed(30) == 25
    clock.now += 1799
    assert passed(1) == 0
    clock.now += 2
    assert passed(30) == 25


def test_retry_after_is_when_the_next_request_passes(
    stand: Stand, gateway: Gateway, clock: Clock
) -> None:
    sign_up(stand)
    key = log_in(stand)
    for _ in range(50):
        gateway.authorize(key, class_="market_data")
        clock.now += 1.51
    wait = int(gateway.authorize(key, class_="market_data").headers["Retry-After"])
    assert wait == 3525  # 3600 - 50 * 1.51, rounded up
    clock.now += wait
    assert gateway.authorize(key, class_="market_data").status_code == 200


def test_an_installation_may_set_its_own_limits(make_stand: MakeStand) -> None:
    stand = make_stand("auth", create_app, QUOTA_STANDARD="2/day", QUOTA_LOGIN="3/hour")
    sign_up(stand)
    key = log_in(stand)
    answers = [Gateway(stand).authorize(key).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_lifted_limits_count_nothing(make_stand: MakeStand) -> None:
    stand = make_stand("auth", create_app, LIMITS="off", QUOTA_STANDARD="1/day")
    sign_up(stand)
    key = log_in(stand)
    for _ in range(3):
        answer = Gateway(stand).client(key).get("/api/users/me/")
        assert answer.status_code == 200
        assert "RateLimit-Limit" not in answer.headers


def test_two_processes_share_one_count_in_redis(make_stand: MakeStand, redis_url: str) -> None:
    first = make_stand("auth", create_app, QUOTA_STORAGE_URL=redis_url)
    # Users that no other run has had: their counts stay in Redis for an hour.
    with first.database.engine.begin() as connection:
        start = time.time_ns()
        connection.execute(text(f"ALTER TABLE users ALTER COLUMN id RESTART WITH {start}"))
    with set_environment(first.environment):
        second = create_app()
    sign_up(first)
    key = log_in(first)
    headers = {"Authorization": f"Token {key}"}
    clients = [first.app.test_client(), second.test_client()]
    passed = [
        client.get("/internal/authorize?class=market_data", headers=headers).status_code
        for _ in range(30)
        for client in clients
    ]
    assert passed == [200] * 50 + [429] * 10
    second.database.close()


def test_clients_behind_trusted_proxies_have_a_quota_of_logins_each(make_stand: MakeStand) -> None:
    stand = make_stand("auth", create_app, QUOTA_LOGIN="2/minute", TRUSTED_PROXIES="10.0.0.0/8")
    sign_up(stand)
    through = [f"6.6.6.{number}, 192.0.2.1, 10.0.0.8, 10.0.0.9" for number in range(3)]
    assert [try_login(stand, address=it).status_code for it in through] == [200, 200, 429]
    assert try_login(stand, address="192.0.2.2, 10.0.0.9").status_code == 200


def test_redis_may_be_spoken_to_by_tls() -> None:
    url = "rediss://:secret@redis.example:6380/0?ssl_ca_certs=/etc/ca.pem"
    storage = storage_from_string(url)
    assert isinstance(storage, RedisStorage)
    pool = storage.storage.connection_pool
    assert issubclass(pool.connection_class, SSLConnection)
    assert pool.connection_kwargs["ssl_ca_certs"] == "/etc/ca.pem"


def test_several_processes_do_not_count_in_memory(stand: Stand) -> None:
    """Each would let all of the quota pass; so does a process that is told of no storage."""
    with set_environment({**stand.environment, "WORKERS": "2"}):
        with pytest.raises(EnvValidationError, match="WORKERS"):
            settings.load()
        with set_environment({"QUOTA_STORAGE_URL": "redis://127.0.0.1:6379/"}):
            assert settings.load().quota_storage_url == "redis://127.0.0.1:6379/"


def test_two_installations_count_apart_in_one_redis(make_stand: MakeStand, redis_url: str) -> None:
    for installation in ("one", "two"):
        stand = make_stand(
            "auth",
            create_app,
            QUOTA_STORAGE_URL=redis_url,
            QUOTA_NAMESPACE=f"{installation}-{time.time_ns()}",
            QUOTA_STANDARD="1/hour",
        )
        sign_up(stand)
        headers = {"Authorization": f"Token {log_in(stand)}"}
        client = stand.app.test_client()
        passed = [
            client.get("/internal/authorize?class=standard", headers=headers).status_code
            for _ in range(2)
        ]
        assert passed == [200, 429]


@pytest.fixture(params=["that refuses", "that is silent"])
def broken_storage(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the URL of a Redis that does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        if request.param == "that refuses":
            server.close()
        yield f"redis://127.0.0.1:{port}/"


def test_without_the_storage_nobody_passes(make_stand: MakeStand, broken_storage: str) -> None:
    stand = make_stand("auth", create_app, QUOTA_STORAGE_URL=broken_storage)
    sign_up(stand)
    answer = try_login(stand)
    assert answer.status_code == 503
    assert answer.get_json()["details"]["code"] == "unavailable"
    assert answer.headers["Retry-After"] == "5"
