"""Both brokers, each test in a namespace of its own; a database with an outbox and an inbox."""

import asyncio
import contextlib
import secrets
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit, urlunsplit

import nats
import pika
import pytest
from sqlalchemy import text

from shared.bus.interface import Address
from shared.bus.nats.topology import Names as NatsNames
from shared.bus.rabbitmq.topology import Names as RabbitNames
from shared.db import Database
from shared.testing.stand import create_database
from tests.shared.bus.database import Base
from tests.shared.bus.proxy import Proxy

SERVICES = ("ledger", "mirror")


@pytest.fixture(params=["rabbitmq", "nats"])
def broker(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def bus_url(broker: str) -> Iterator[str]:
    """Return the URL of a broker with a namespace that nobody else has, cleaned up afterwards."""
    url = f"{broker}?namespace=test-{secrets.token_hex(4)}&heartbeat=1"
    yield url
    clean_up(url)


@pytest.fixture
def rabbitmq_bus(rabbitmq_url: str) -> Iterator[str]:
    url = f"{rabbitmq_url}?namespace=test-{secrets.token_hex(4)}"
    yield url
    clean_up(url)


@pytest.fixture
def proxy(bus_url: str) -> Iterator[Proxy]:
    parts = urlsplit(bus_url)
    proxy = Proxy((parts.hostname or "", parts.port or 5672))
    yield proxy
    proxy.close()


@pytest.fixture
def proxied_url(bus_url: str, proxy: Proxy) -> str:
    """Return `bus_url` as it is seen through the proxy."""
    parts = urlsplit(bus_url)
    user, _, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}@127.0.0.1:{proxy.port}"))


@pytest.fixture(scope="module")
def bus_database(postgres_url: str) -> Iterator[Database]:
    database = Database(create_database(postgres_url, "bus"))
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def database(bus_database: Database) -> Database:
    with bus_database.engine.begin() as connection:
        connection.execute(text("TRUNCATE outbox, inbox, effects RESTART IDENTITY"))
    return bus_database


def clean_up(url: str, services: Sequence[str] = SERVICES) -> None:
    """Delete everything that `services` have in the namespace of `url`."""
    address = Address.parse(url)
    if address.scheme == "amqp":
        _clean_rabbitmq(address, services)
    else:
        asyncio.run(_clean_nats(address))


def _clean_rabbitmq(address: Address, services: Sequence[str]) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(address.url))
    channel = connection.channel()
    for names in (RabbitNames.of(address, service) for service in services):
        channel.queue_delete(names.queue)
        channel.queue_delete(names.dead_queue)
        channel.exchange_delete(names.exchange)
        channel.exchange_delete(names.dead_exchange)
    connection.close()


async def _clean_nats(address: Address) -> None:
    names = NatsNames(address.namespace, SERVICES[0])
    async with await nats.connect(address.url) as client:
        for stream in (names.stream, names.dead_stream):
            with contextlib.suppress(nats.js.errors.NotFoundError):
                await client.jetstream().delete_stream(stream)
