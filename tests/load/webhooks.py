"""The webhooks service of a measurement's own, on a PostgreSQL and a NATS of its own."""

import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from deploy.local import nats, postgres
from services.webhooks.app import create_app
from shared import bus
from shared.events import Event
from shared.testing import Stand, make_keys
from tests.webhooks.calling import Json, User
from tests.webhooks.working import message


@dataclass(frozen=True)
class Service:
    """The service without its worker, which each measurement runs as it needs it."""

    stand: Stand
    bus_url: str

    def subscribe(self, owner: int, url: str) -> Json:
        """Subscribe a user's endpoint to everything; return the webhook with its secret."""
        return User(self.stand.client(user=owner)).subscribe(url)


@contextmanager
def webhooks_service() -> Iterator[Service]:
    """Run the servers for the length of a `with`."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        database, broker = postgres.start(place / "postgres"), nats.start(place / "nats")
        try:
            (place / "webhooks.secret").write_bytes(Fernet.generate_key())
            stand = Stand(
                "webhooks",
                create_app,
                server_url=database.url,
                keys=make_keys(place),
                WEBHOOKS_SECRET_KEY_FILE=str(place / "webhooks.secret"),
                WEBHOOKS_ALLOW_PRIVATE="1",
            )
            yield Service(stand, broker.url)
            stand.close()
        finally:
            broker.stop()
            database.stop()


def publish_at(bus_url: str, rate: int, events: Iterable[Event]) -> None:
    """Publish so many events a second, each as it is made."""
    publisher = bus.publisher(bus_url)
    began = time.monotonic()
    for number, event in enumerate(events):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        publisher.publish([message(event)])
    publisher.close()


def percentile_95(values: Iterable[float]) -> float:
    """Return the value that 95 of 100 stay under."""
    ordered = sorted(values)
    return ordered[int(len(ordered) * 0.95)]
