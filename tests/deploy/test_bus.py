"""Each service's account on the event bus: it can do what it needs, and nothing of another's."""

import asyncio
import os
import secrets
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nats
import pika
import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker

from deploy import bus as owner
from deploy.local import accounts, ports, servers
from deploy.local import nats as server
from deploy.local.rundir import RunDir, State
from services.analytics import handlers as of_analytics
from services.analytics.outside.owners import Owners as AnalyticsOwners
from services.analytics.replicas import Replicas as AnalyticsReplicas
from services.assets import handlers as of_assets
from services.assets.outside.owners import Owners as AssetsOwners
from services.assets.replicas import Replicas as AssetsReplicas
from services.portfolio import handlers as of_portfolio
from services.portfolio.outside.owners import Owners as PortfolioOwners
from services.portfolio.replicas import Replicas as PortfolioReplicas
from services.webhooks import handlers as of_webhooks
from services.webhooks.outside.owners import Owners as WebhooksOwners
from services.webhooks.replicas import Replicas as WebhooksReplicas
from shared import bus
from shared.bus.interface import Address, Message
from shared.bus.rabbitmq.topology import Names as RabbitNames
from shared.db import Database
from shared.events.catalogue import CATALOGUE, HEARD, TOLD, told_topics, topics
from shared.identity import Signer
from shared.settings import SERVICES
from shared.testing import ENOUGH, wait_until

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = Database("postgresql://nobody@127.0.0.1:9/nothing")
URLS = dict.fromkeys(SERVICES, "http://127.0.0.1:9")


def test_who_hears_what_is_what_the_handlers_take(keys: Path) -> None:
    def signer(service: str) -> Signer:
        return Signer(service, keys / f"{service}.pem")

    assets, webhooks = (
        AssetsOwners(URLS, signer("assets")),
        WebhooksOwners(URLS, signer("webhooks")),
    )
    portfolio = PortfolioReplicas(NOWHERE, PortfolioOwners(URLS, signer("portfolio")))
    analytics = AnalyticsReplicas(NOWHERE, AnalyticsOwners(URLS, signer("analytics")))
    tables: Mapping[str, Mapping[str, Any]] = {
        "auth": {},
        "portfolio": of_portfolio.table(portfolio),
        "assets": of_assets.table(AssetsReplicas(NOWHERE, assets), assets),
        "analytics": of_analytics.table(analytics),
        "webhooks": of_webhooks.table(WebhooksReplicas(NOWHERE, webhooks), webhooks),
    }
    assert {service: set(types) for service, types in HEARD.items()} == {
        service: set(table) for service, table in tables.items()
    }


def test_webhooks_alone_is_given_each_single_event_of_a_bulk() -> None:
    single = "transaction-created-announced"
    heard = {service: topics(service, types) for service, types in HEARD.items()}
    assert [service for service, of in heard.items() if single in of] == ["webhooks"]
    assert [service for service in SERVICES if single in told_topics(service)] == ["portfolio"]


def test_each_type_has_one_service_that_tells_of_it() -> None:
    assert sum(len(types) for types in TOLD.values()) == len(CATALOGUE) == 22
    assert set(TOLD) == set(HEARD) == set(SERVICES)


def test_the_page_has_the_table() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert "\n".join(owner.table()) in page, "run `python -m deploy.bus table`"


def test_the_owners_address_may_lie_in_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "url").write_text("nats://owner@broker?namespace=team\n")
    monkeypatch.delenv("EVENT_BUS_URL", raising=False)
    monkeypatch.setenv("EVENT_BUS_URL_FILE", str(tmp_path / "url"))
    assert owner.main(["accounts"]) == 0
    assert "user: team-webhooks" in capsys.readouterr().out
    monkeypatch.setenv("EVENT_BUS_URL_FILE", str(tmp_path / "missing"))
    assert owner.main(["accounts"]) == 1
    assert "missing cannot be read: No such file or directory." in capsys.readouterr().err


@dataclass(frozen=True)
class Broker:
    """A broker whose services have accounts of their own."""

    owner: str
    url_of: Callable[[str], str]


@pytest.fixture(scope="module")
def nats_accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Return the embedded server as a run configures it."""
    folder = RunDir(tmp_path_factory.mktemp("accounts"))
    folder.prepare()
    state = State(ports={"nats": ports.free()})
    accounts.make(folder, state)
    port = state.ports["nats"]
    running = servers.launch(
        server.command(folder.nats_configuration),
        url="",
        log=folder.log("nats"),
        answers=lambda: server.answers(port),
    )
    yield Broker(
        accounts.url(folder, state, accounts.OWNER),
        lambda service: f"{accounts.url(folder, state, service)}&heartbeat=2",
    )
    running.stop()


@pytest.fixture(scope="module")
def rabbitmq_accounts(rabbitmq_url: str) -> Iterator[Broker]:
    """Return the RabbitMQ that is there, with an account for portfolio."""
    namespace, password = f"test-{secrets.token_hex(4)}", secrets.token_hex(8)
    url = f"{rabbitmq_url}?namespace={namespace}"
    user = f"{namespace}-portfolio"
    script = [line for line in owner.accounts(Address.parse(url)) if user in line]
    made = subprocess.run(
        ["sh", "-e"],
        input="\n".join(script),
        env={**os.environ, "PORTFOLIO_PASSWORD": password},
        text=True,
        capture_output=True,
        check=False,
    )
    if made.returncode:
        message = f"NOT TESTED: accounts in RabbitMQ, which rabbitmqctl can't make: {made.stderr}"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    own = parts._replace(netloc=f"{user}:{password}@{host}").geturl()
    yield Broker(url, lambda service: own if service == "portfolio" else url)
    subprocess.run(["rabbitmqctl", "delete_user", user], check=True, capture_output=True)
    _delete_queues(Address.parse(url))


@pytest.fixture(params=["nats", "rabbitmq"])
def broker(request: pytest.FixtureRequest) -> Broker:
    """Return a broker on which its owner has made what the services need."""
    broker: Broker = request.getfixturevalue(f"{request.param}_accounts")
    owner.declare(broker.owner)
    return broker


def test_a_service_publishes_and_hears_with_its_own_account(broker: Broker) -> None:
    """Also several at once; and what it gives up becomes a dead letter, which the owner sees."""
    sent = [message(topic) for topic in told_topics("portfolio")]
    publish(broker.url_of("portfolio"), *sent)
    publish(broker.url_of("portfolio"), message("portfolio-updated"))
    poison = message("asset-updated")
    publish(broker.url_of("assets"), message("asset-created"), poison, message("asset-deleted"))
    heard: list[Message] = []
    stop = threading.Event()

    def hear(messages: Any) -> None:
        if poison in messages:
            raise ValueError("poison")
        heard.extend(messages)

    url = broker.url_of("portfolio")
    consumer = bus.consumer(url, "portfolio", topics("portfolio", HEARD["portfolio"]))
    thread = threading.Thread(target=consumer.consume, args=(hear, stop))
    thread.start()
    letters = bus.dead_letters(broker.owner, "portfolio")
    wait_until(lambda: [letter.message.id for letter in letters.list()] == [poison.id])
    stop.set()
    thread.join()
    assert [one.type for one in heard] == ["asset-created", "asset-deleted"]
    assert bus.dead_letters(broker.owner, "portfolio").replay() == 1


FORBIDDEN_SUBJECTS = [
    *(f"finance.events.{type_}" for type_ in CATALOGUE if type_ not in TOLD["portfolio"]),
    "finance.events.anything",
    "finance.replay.portfolio.asset-created",
    "finance.replay.webhooks.asset-created",
    "$JS.API.STREAM.DELETE.FINANCE",
    "$JS.API.STREAM.PURGE.FINANCE",
    "$JS.API.STREAM.UPDATE.FINANCE",
    "$JS.API.STREAM.CREATE.MINE",
    "$JS.API.STREAM.MSG.GET.FINANCE",
    "$JS.API.STREAM.MSG.DELETE.FINANCE",
    "$JS.API.DIRECT.GET.FINANCE",
    "$JS.API.STREAM.DELETE.FINANCE_DEAD",
    "$JS.API.STREAM.MSG.GET.FINANCE_DEAD",
    "$JS.API.CONSUMER.CREATE.FINANCE.mine",
    "$JS.API.CONSUMER.DURABLE.CREATE.FINANCE.portfolio_events_v1",
    "$JS.API.CONSUMER.DELETE.FINANCE.portfolio_events_v1",
    "$JS.API.CONSUMER.MSG.NEXT.FINANCE.webhooks_events_v1",
    "$JS.API.CONSUMER.INFO.FINANCE.webhooks_events_v1",
    "$JS.ACK.FINANCE.webhooks_events_v1.1.1.1.1.0",
]


def test_a_service_may_do_nothing_else_in_nats(nats_accounts: Broker) -> None:
    owner.declare(nats_accounts.owner)
    places = ["finance.events.>", "_INBOX.>", "_INBOX.webhooks.>", "$JS.>", "$JS.ACK.>", ">"]

    async def work() -> None:
        refused: list[str] = []

        async def note(error: Exception) -> None:
            refused.append(str(error))

        client = await logged_in(nats_accounts.url_of("portfolio"), note)
        before = await stored(nats_accounts.owner)
        for subject in FORBIDDEN_SUBJECTS:
            await client.publish(subject, b"{}", reply="_INBOX.portfolio.answer")
        for place in places:
            await client.subscribe(place)
        await client.flush()
        with suppress(TimeoutError):  # what is missing is named below
            async with asyncio.timeout(ENOUGH):
                while len(refused) < len(FORBIDDEN_SUBJECTS) + len(places):
                    await asyncio.sleep(0.02)
        said = " ".join(refused).lower()
        for subject in FORBIDDEN_SUBJECTS:
            assert f'publish to "{subject}"'.lower() in said, subject
        for place in places:
            assert f'subscription to "{place}"'.lower() in said, place
        assert await stored(nats_accounts.owner) == before
        await client.close()

    asyncio.run(work())


def test_a_password_of_another_opens_nothing(nats_accounts: Broker) -> None:
    async def work() -> None:
        url = Address.parse(nats_accounts.url_of("portfolio")).with_password()
        with pytest.raises(NatsError, match="Authorization Violation"):
            await logged_in(url.replace("//portfolio:", "//webhooks:"))

    asyncio.run(work())


def test_new_passwords_are_taken_while_events_flow(tmp_path: Path) -> None:
    folder = RunDir(tmp_path)
    folder.prepare()
    state = State(ports={"nats": ports.free()})
    accounts.make(folder, state)
    running = servers.launch(
        server.command(folder.nats_configuration),
        url="",
        log=folder.log("nats"),
        answers=lambda: server.answers(state.ports["nats"]),
    )
    url = accounts.url(folder, state, "portfolio")
    old = Address.parse(url).with_password()
    owner.declare(accounts.url(folder, state, accounts.OWNER))
    heard: list[Message] = []
    stop = threading.Event()
    every = topics("webhooks", CATALOGUE)
    consumer = bus.consumer(accounts.url(folder, state, "webhooks"), "webhooks", every)
    thread = threading.Thread(target=consumer.consume, args=(heard.extend, stop))
    thread.start()
    publisher = bus.publisher(url)
    first, second = message("portfolio-created"), message("portfolio-updated")
    publisher.publish([first])
    wait_until(lambda: heard == [first])
    accounts.replace(folder, state)

    def published() -> bool:
        try:
            publisher.publish([second])
        except bus.BusUnavailable:
            return False
        return True

    wait_until(published)
    wait_until(lambda: heard == [first, second])
    stop.set()
    thread.join()
    publisher.close()
    assert password_modes(folder) == {0o600}
    with pytest.raises(NatsError, match="Authorization Violation"):
        asyncio.run(logged_in(old))
    running.stop()


def test_a_service_may_do_nothing_else_in_rabbitmq(rabbitmq_accounts: Broker) -> None:
    owner.declare(rabbitmq_accounts.owner)
    address = Address.parse(rabbitmq_accounts.url_of("portfolio"))
    own, other = RabbitNames.of(address, "portfolio"), RabbitNames.of(address, "webhooks")
    parameters = pika.URLParameters(address.with_password())
    attempts: dict[str, Callable[[BlockingChannel], object]] = {
        "publish another's type": lambda it: publish_to(it, own.exchange, "user-deleted"),
        "publish to a queue": lambda it: publish_to(it, "", other.queue),
        "publish a dead letter": lambda it: publish_to(it, own.dead_exchange, other.queue),
        "read another's queue": lambda it: it.basic_get(other.queue),
        "consume another's queue": lambda it: it.basic_consume(other.queue, print),
        "purge another's queue": lambda it: it.queue_purge(other.queue),
        "delete another's queue": lambda it: it.queue_delete(other.queue),
        "delete its own queue": lambda it: it.queue_delete(own.queue),
        "delete the exchange": lambda it: it.exchange_delete(own.exchange),
        "make a queue": lambda it: it.queue_declare("", exclusive=True),
        "listen to more": lambda it: it.queue_bind(own.queue, own.exchange, "user-created"),
    }
    with pika.BlockingConnection(parameters) as connection:
        for what, attempt in attempts.items():
            channel = connection.channel()
            channel.confirm_delivery()
            with pytest.raises(ChannelClosedByBroker) as refusal:
                attempt(channel)
            assert refusal.value.reply_code == 403, what


def message(type_: str) -> Message:
    return Message(secrets.token_hex(8), type_, b"{}")


def publish(url: str, *messages: Message) -> None:
    publisher = bus.publisher(url)
    publisher.publish(messages)
    publisher.close()


def publish_to(channel: BlockingChannel, exchange: str, key: str) -> None:
    channel.basic_publish(exchange, key, b"{}")


async def logged_in(url: str, on_error: Any = None) -> Client:
    async def quiet(_: Exception) -> None:
        """Leave it to what follows."""

    plain = Address.parse(url).with_password()
    return await nats.connect(plain, allow_reconnect=False, error_cb=on_error or quiet)


async def stored(url: str) -> int:
    client = await logged_in(url)
    info = await client.jetstream().stream_info("FINANCE")
    await client.close()
    return int(info.state.messages)


def password_modes(folder: RunDir) -> set[int]:
    return {file.stat().st_mode & 0o777 for file in folder.keys.glob("*.bus")}


def _delete_queues(address: Address) -> None:
    parameters = pika.URLParameters(address.url)
    with pika.BlockingConnection(parameters) as connection:
        channel = connection.channel()
        for service in SERVICES:
            names = RabbitNames.of(address, service)
            for queue in (names.queue, names.dead_queue):
                channel.queue_delete(queue)
            for exchange in (names.exchange, names.dead_exchange):
                channel.exchange_delete(exchange)
