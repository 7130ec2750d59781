"""Servers for all tests: embedded PostgreSQL and NATS, and the RabbitMQ that is there."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings

from deploy.local import nats, postgres
from shared.http import ServiceApp
from shared.testing import Stand, make_keys
from tests.collecting import Collector
from tests.e2e.conftest import CHOSEN, Product, started

MakeStand = Callable[..., Stand]

# An example may take its time, on a machine that is busy with other things.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the superuser's URL of a real PostgreSQL of this run alone."""
    server = postgres.start(
        tmp_path_factory.mktemp("postgres"), options={"fsync": "off", "max_connections": "200"}
    )
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a real NATS JetStream of this run alone."""
    server = nats.start(tmp_path_factory.mktemp("nats"))
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def rabbitmq_url() -> str:
    """Return the URL of the RabbitMQ that is there."""
    return there("RABBITMQ", "amqp://guest:guest@127.0.0.1:5672/")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """Return the URL of the Redis that is there."""
    return there("REDIS", "redis://127.0.0.1:6379/")


def there(name: str, usual: str) -> str:
    """Return the URL of a server that we don't start; without one the test says so and skips.

    Under CI=true a missing server is a failure.
    """
    variable = f"TEST_{name}_URL"
    url = os.environ.get(variable, usual)
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or urlsplit(usual).port or 0)
    try:
        socket.create_connection(address, timeout=2).close()
    except OSError as error:
        message = f"NO {name} at {address[0]}:{address[1]}: set {variable} ({error})"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return url


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a key pair for every service."""
    return make_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def make_stand(postgres_url: str, keys: Path) -> Iterator[MakeStand]:
    """Return a maker of stands: `make_stand("auth", create_app)`."""
    stands: list[Stand] = []

    def make(name: str, create_app: Callable[[], ServiceApp], **more: Any) -> Stand:
        stands.append(Stand(name, create_app, server_url=postgres_url, keys=keys, **more))
        return stands[-1]

    yield make
    for stand in stands:
        stand.close()


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Return where the product's traces go to."""
    collector = Collector()
    yield collector
    collector.close()


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[Product]:
    """Start everything with the demo data, once for all tests of the whole."""
    traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "500"}
    with started(tmp_path_factory.mktemp("run"), **CHOSEN, **traced) as product:
        yield product
