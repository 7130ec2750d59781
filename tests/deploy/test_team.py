"""A team that listens: its account, its queue, and the program that the documentation shows."""

import asyncio
import contextlib
import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker

from deploy import bus as owner
from deploy.local import nats as server
from deploy.local import ports, servers
from shared import bus
from shared.bus.interface import Address
from shared.bus.nats.accounts import permissions
from shared.bus.nats.topology import Names as NatsNames
from shared.bus.rabbitmq.topology import Names as RabbitNames
from shared.events import Event
from shared.testing import ENOUGH, wait_until
from tests.deploy.test_bus import logged_in
from tests.shared.bus.conftest import clean_up

CONSUMER = Path(__file__).resolve().parents[2] / "docs" / "internal-apis" / "consumer.py"
TEAM = "reports"
HEARS = ["price-updated", "asset-updated"]
ASSETS, EACH = 20, 20
REDELIVERED = "redelivered"


@dataclass(frozen=True)
class Broker:
    """A broker on which the team has an account and a queue.

    Attributes:
        owner: who made them.
        team: the address of the team, as its program takes it.
        namespace: of the installation.
    """

    owner: str
    team: str
    namespace: str


@pytest.fixture
def nats_team(tmp_path: Path) -> Iterator[Broker]:
    """Return a NATS with the user that `accounts` prints."""
    names = NatsNames("finance", TEAM)
    may = permissions(names, TEAM, ())
    users: list[server.User] = [
        {"user": "owner", "password": "of-all"},
        {"user": TEAM, "password": "of-the-team", "permissions": may},
    ]
    port, config = ports.free(), tmp_path / "nats.conf"
    pid_file = tmp_path / "nats.pid"
    config.write_text(server.configuration(tmp_path / "store", port, users, pid_file=pid_file))
    running = servers.launch(
        server.command(config),
        url="",
        log=tmp_path / "nats.log",
        answers=lambda: server.answers(port),
    )
    place = f"127.0.0.1:{port}"
    yield Broker(f"nats://owner:of-all@{place}", f"nats://{TEAM}:of-the-team@{place}", "finance")
    running.stop()


@pytest.fixture(scope="module")
def rabbitmq_account(rabbitmq_url: str) -> Iterator[Broker]:
    """Return the RabbitMQ that is there, with the account that `accounts` prints."""
    namespace, password = f"test-{secrets.token_hex(4)}", secrets.token_hex(8)
    url = f"{rabbitmq_url}?namespace={namespace}"
    made = subprocess.run(
        ["sh", "-e"],
        input="\n".join(owner.accounts(Address.parse(url), [TEAM])),
        env={**os.environ, "REPORTS_PASSWORD": password},
        text=True,
        capture_output=True,
        check=False,
    )
    if made.returncode:
        message = f"NOT TESTED: a team in RabbitMQ, which rabbitmqctl can't make: {made.stderr}"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    user, parts = f"{namespace}-{TEAM}", urlsplit(rabbitmq_url)
    host = parts.netloc.rpartition("@")[2]
    yield Broker(url, parts._replace(netloc=f"{user}:{password}@{host}").geturl(), namespace)
    for what in (["delete_user", user], ["clear_policy", f"{user}-unheard"]):
        subprocess.run(["rabbitmqctl", *what], check=True, capture_output=True)


@pytest.fixture
def rabbitmq_team(rabbitmq_account: Broker) -> Iterator[Broker]:
    """Return it with queues that are new."""
    yield rabbitmq_account
    clean_up(rabbitmq_account.owner, [TEAM, "webhooks"])


@pytest.fixture(params=["rabbitmq", "nats"])
def broker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Broker:
    """Return a broker on which its owner has made what the team listens to."""
    broker: Broker = request.getfixturevalue(f"{request.param}_team")
    monkeypatch.setenv("EVENT_BUS_URL", broker.owner)
    assert owner.main(["declare", "--team", TEAM, "--hears", ",".join(HEARS)]) == 0
    return broker


def event(asset: int, sequence: int, type_: str = "price-updated") -> Event:
    """Return an event of an asset, whose price is its sequence."""
    card = {"id": asset, "symbol": f"A{asset}", "current_price": f"{sequence}.00"}
    return Event.now("assets", type_, f"assets/{asset}", sequence, {"asset": card})


def publish(broker: Broker, *told: Event, of: str = "") -> None:
    """Publish events; `of` is a word that makes those that were published others to the broker."""
    publisher = bus.publisher(broker.owner)
    publisher.publish([bus.Message(f"{one.id}{of}", one.type, one.to_json()) for one in told])
    publisher.close()


class Program:
    """The program of the documentation, with a database of its own."""

    def __init__(self, broker: Broker, database: Path) -> None:
        self.database = database
        self._environment = {
            **os.environ,
            "BUS_URL": broker.team,
            "NAMESPACE": broker.namespace,
            "DATABASE": str(database),
        }

    @contextmanager
    def running(self) -> Iterator["subprocess.Popen[bytes]"]:
        """Let it run for the length of a `with`, and kill it."""
        with subprocess.Popen([sys.executable, str(CONSUMER)], env=self._environment) as process:
            try:
                yield process
            finally:
                process.kill()

    def again(self) -> None:
        """Let it take up what was laid aside."""
        command = [sys.executable, str(CONSUMER), "again"]
        subprocess.run(command, env=self._environment, check=True)

    def rows(self, query: str) -> list[Any]:
        """Return what is in its database, nothing as long as there is none."""
        if not self.database.exists():
            return []
        with contextlib.closing(sqlite3.connect(self.database, timeout=30)) as connection:
            with contextlib.suppress(sqlite3.OperationalError):  # it is just making its tables
                return connection.execute(query).fetchall()
            return []

    def has_taken(self, least: int) -> bool:
        """Return whether it has taken so many events."""
        return self.number("inbox") >= least

    def number(self, table: str) -> int:
        """Return how many rows a table has."""
        return int((self.rows(f"SELECT count(*) FROM {table}") or [(0,)])[0][0])


@pytest.fixture
def program(broker: Broker, tmp_path: Path) -> Program:
    return Program(broker, tmp_path / "reports.sqlite")


def test_killed_in_the_middle_it_loses_nothing_and_counts_nothing_twice(
    broker: Broker, program: Program
) -> None:
    told = [event(asset, number) for number in range(1, EACH + 1) for asset in range(1, ASSETS + 1)]
    half = len(told) // 2
    publish(broker, *told[:half])
    for least in (20, 60, 100):
        with program.running():  # and kill it, wherever it is
            wait_until(partial(program.has_taken, least))
    # While nobody listens: the second half, and a third of all once more.
    publish(broker, *told[half:])
    publish(broker, *told[::3], of=REDELIVERED)
    publish(broker, event(ASSETS + 1, 1))
    with program.running():
        # What it had in hand when it was killed comes again last of all.
        wait_until(lambda: program.number("inbox") == len(told) + 1)
    numbers = dict(program.rows("SELECT asset, number FROM changes"))
    assert numbers == {**dict.fromkeys(range(1, ASSETS + 1), EACH), ASSETS + 1: 1}
    prices = dict(program.rows("SELECT id, price FROM assets"))
    assert prices == {**dict.fromkeys(range(1, ASSETS + 1), f"{EACH}.00"), ASSETS + 1: "1.00"}
    assert program.number("dead_letters") == 0


def test_what_comes_late_changes_no_newer_state(broker: Broker, program: Program) -> None:
    publish(broker, event(1, 2), event(1, 1, "asset-updated"), event(2, 1))
    with program.running():
        wait_until(lambda: program.number("assets") == 2)
    assert program.rows("SELECT price FROM assets WHERE id = 1") == [("2.00",)]
    assert program.rows("SELECT number FROM changes WHERE asset = 1") == [(2,)]


def test_what_fails_is_laid_aside_and_taken_up_again(broker: Broker, program: Program) -> None:
    poison = Event.now("assets", "price-updated", "assets/1", 3, {"asset": {"id": 1}})
    publish(broker, event(1, 2), poison, event(2, 1))
    with program.running():
        wait_until(lambda: program.number("dead_letters") == 1 and program.number("assets") == 2)
    assert program.rows("SELECT body FROM dead_letters") == [(poison.to_json(),)]
    assert program.rows("SELECT number FROM changes WHERE asset = 1") == [(1,)]
    assert program.number("inbox") == 2
    # As if it had failed, and its reason had been mended since.
    with contextlib.closing(sqlite3.connect(program.database)) as connection, connection:
        body = event(3, 1).to_json()
        connection.execute("INSERT INTO dead_letters VALUES (?, 'no reason')", [body])
    program.again()
    assert program.rows("SELECT price FROM assets WHERE id = 3") == [("1.00",)]
    assert program.rows("SELECT body FROM dead_letters") == [(poison.to_json(),)]


def test_a_team_tells_nothing_and_reads_nobody_elses_queue_in_rabbitmq(
    rabbitmq_team: Broker,
) -> None:
    owner.declare(rabbitmq_team.owner, {TEAM: HEARS, "webhooks": HEARS})
    address = Address.parse(rabbitmq_team.owner)
    own, other = RabbitNames.of(address, TEAM), RabbitNames.of(address, "webhooks")
    attempts: list[Callable[[BlockingChannel], object]] = [
        lambda it: it.basic_publish(own.exchange, "price-updated", b"{}"),
        lambda it: it.basic_publish("", other.queue, b"{}"),
        lambda it: it.basic_get(other.queue),
        lambda it: it.queue_bind(own.queue, own.exchange, "user-created"),
        lambda it: it.queue_delete(own.queue),
    ]
    with pika.BlockingConnection(pika.URLParameters(rabbitmq_team.team)) as connection:
        for attempt in attempts:
            channel = connection.channel()
            channel.confirm_delivery()
            with pytest.raises(ChannelClosedByBroker) as refusal:
                attempt(channel)
            assert refusal.value.reply_code == 403


def test_a_team_tells_nothing_and_reads_nobody_elses_queue_in_nats(nats_team: Broker) -> None:
    owner.declare(nats_team.owner, {TEAM: HEARS, "webhooks": HEARS})
    refused: list[str] = []
    subjects = (
        "finance.events.price-updated",
        "$JS.API.CONSUMER.MSG.NEXT.FINANCE.webhooks_events_v1",
        "$JS.API.STREAM.MSG.GET.FINANCE",
        "$JS.API.CONSUMER.CREATE.FINANCE.mine",
    )

    async def note(error: Exception) -> None:
        refused.append(str(error).lower())

    async def work() -> None:
        client = await logged_in(nats_team.team, note)
        for subject in subjects:
            await client.publish(subject, b"{}")
        await client.subscribe("finance.events.>")
        await client.flush()
        # Each refusal is noted by a task of its own; what is missing is named below.
        with suppress(TimeoutError):
            async with asyncio.timeout(ENOUGH):
                while len(refused) <= len(subjects):
                    await asyncio.sleep(0.02)
        await client.close()

    asyncio.run(work())
    for subject in subjects:
        assert any(f'publish to "{subject}"'.lower() in one for one in refused), subject
    assert any('subscription to "finance.events.>"' in one for one in refused)
