"""The worker as a process of its own, and what it hears on the bus."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared import bus
from shared.events import Event
from shared.events.catalogue import CATALOGUE
from shared.testing import Stand
from tests.webhooks.telling import transaction

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def worker(stand: Stand, bus_url: str, **more: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the worker for the length of a `with`; it is killed at the end."""
    environment = {**os.environ, **stand.environment, "EVENT_BUS_URL": bus_url, **more}
    process = subprocess.Popen(
        [sys.executable, "-m", "services.webhooks.worker"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def publish(bus_url: str, *events: Event) -> None:
    """Publish as the relay of another service does, once the worker's queue is there."""
    bus.consumer(bus_url, "webhooks", tuple(CATALOGUE)).declare()
    publisher = bus.publisher(bus_url)
    publisher.publish([message(event) for event in events])
    publisher.close()


def message(event: Event) -> bus.Message:
    """Return an event as it travels."""
    return bus.Message(str(event.id), event.type, event.to_json())


def recorded(number: int, owner: int = 1) -> Event:
    """Return the event of a new transaction of `owner`."""
    data = {"owner": owner, "transaction": transaction(id=number)}
    return Event.now("portfolio", "transaction-created", "portfolios/1", number, data)
