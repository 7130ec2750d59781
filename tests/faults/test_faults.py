"""The most telling faults on the whole product, some 500 operations; `make faults` has all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import runs
from tests.faults.brokers import RabbitThere
from tests.faults.scene import Scale
from tests.faults.site import Site, breakable

SCALE = Scale(operations=60, rounds=1, outage=2)
SEED = 18
# Seconds; a connection that went silent is given up after two of them.
HEARTBEAT = 2


@pytest.fixture(scope="module")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("nats")
    with runs.broker("nats", folder) as broker, breakable(folder, broker, HEARTBEAT) as site:
        yield site


@pytest.fixture(scope="module")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory, rabbitmq_url: str) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("rabbitmq")
    with breakable(folder, RabbitThere(rabbitmq_url), HEARTBEAT) as site:
        yield site


@pytest.mark.parametrize(
    "fault", ["kill_worker", "crash_points", "broker_killed", "database_stopped"]
)
def test_nothing_is_lost_with_nats(nats: Site, fault: str, tmp_path: Path) -> None:
    holds(nats, fault, tmp_path)


@pytest.mark.parametrize("fault", ["crash_points", "broker_half_open", "confirm_lost", "poison"])
def test_nothing_is_lost_with_rabbitmq(rabbitmq: Site, fault: str, tmp_path: Path) -> None:
    holds(rabbitmq, fault, tmp_path)


def holds(site: Site, fault: str, folder: Path) -> None:
    outcome = runs.play(site, fault, SCALE, SEED, folder)
    assert outcome.verdict.acknowledged >= SCALE.operations
    assert outcome.verdict.is_clean, outcome.complaint()
