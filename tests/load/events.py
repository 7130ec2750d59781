"""How fast events go from an outbox through relay, broker and consumer, on each broker.

    .venv/bin/python -m tests.load.events

One process is both ends: it relays its outbox, and its handler writes one row for each event. So
many events that were committed at once measure the throughput; then some are committed one by one,
on fifty subjects, and PostgreSQL's own commit times say how long each needed until its row could
be read. PostgreSQL and NATS are the measurement's own; RabbitMQ must be there.
"""

import argparse
import itertools
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import psutil
from sqlalchemy import func, select, text

from deploy.local import nats, postgres
from shared import bus
from shared.bus import outbox
from shared.db import Database
from shared.events import Event
from shared.testing import wait_until
from shared.testing.stand import create_database
from tests.shared.bus.conftest import clean_up
from tests.shared.bus.database import Base, Effect
from tests.shared.bus.processes import ledger
from tests.shared.bus.receiving import event

SUBJECTS = 50


@dataclass(frozen=True)
class Course:
    """What the events pass: the database, and the processes whose time counts, by name."""

    database: Database
    processes: dict[str, psutil.Process]

    def applied(self) -> int:
        with self.database.sessions() as session:
            return session.scalar(select(func.count()).select_from(Effect)) or 0

    def cpu_seconds(self) -> dict[str, float]:
        """Return what each process has used until now, with its children."""
        return {name: _cpu_seconds(process) for name, process in self.processes.items()}


def main() -> None:
    """Measure both brokers, and print events a second, milliseconds of CPU, and latencies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000, help="committed at once")
    parser.add_argument("--rate", type=int, default=200, help="events a second, one by one")
    parser.add_argument("--seconds", type=int, default=20, help="of that rate")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rabbitmq", default="amqp://guest:guest@127.0.0.1:5672/")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        database = postgres.start(place / "postgres", options={"track_commit_timestamp": "on"})
        broker = nats.start(place / "nats")
        brokers = {
            "RabbitMQ": (options.rabbitmq, _rabbitmq()),
            "NATS": (broker.url, psutil.Process(broker.process.pid)),
        }
        try:
            for _, (name, (url, server)) in itertools.product(
                range(options.rounds), brokers.items()
            ):
                servers = {"PostgreSQL": psutil.Process(database.process.pid)}
                if server:
                    servers[name] = server
                with _course(database.url, url, servers) as course:
                    print(f"{name}: {_throughput(course, options.events)}")
                    print(f"{name}: {_latency(course, options.rate, options.seconds)}")
        finally:
            broker.stop()
            database.stop()


@contextmanager
def _course(
    database_url: str, broker_url: str, servers: dict[str, psutil.Process]
) -> Iterator[Course]:
    """Run the service for the length of a `with`, once it has applied its first event."""
    database = Database(create_database(database_url, "events"))
    Base.metadata.create_all(database.engine)
    bus_url = f"{broker_url}?namespace=load"
    bus.consumer(bus_url, "ledger", ["price-updated"]).declare()
    # Nobody reads what it says, and a full pipe would stop it.
    with ledger(database, bus_url, "price-updated", LOG_LEVEL="ERROR") as process:
        course = Course(database, {"service": psutil.Process(process.pid), **servers})
        database.unit(lambda session: outbox.add(session, event()))
        wait_until(lambda: course.applied() == 1)
        yield course
    database.close()
    clean_up(bus_url)


def _throughput(course: Course, count: int) -> str:
    before, cpu = course.applied(), course.cpu_seconds()
    events = [_event(number) for number in range(count)]
    course.database.unit(lambda session: outbox.add(session, *events))
    began = time.monotonic()
    wait_until(lambda: course.applied() == before + count, 600)
    seconds = time.monotonic() - began
    spent = {
        name: f"{(used - cpu[name]) / count * 1000:.2f} {name}"
        for name, used in course.cpu_seconds().items()
    }
    return f"{count / seconds:,.0f} events a second; CPU ms an event: {', '.join(spent.values())}"


def _latency(course: Course, rate: int, seconds: int) -> str:
    before = course.applied()
    committed: dict[UUID, float] = {}
    began = time.time()
    # A machine that cannot commit so many is not waited for.
    while time.time() < began + seconds:
        number = len(committed)
        time.sleep(max(0.0, began + number / rate - time.time()))
        one = _event(number)
        course.database.unit(lambda session, one=one: outbox.add(session, one))  # type: ignore[misc]
        committed[one.id] = time.time()
    took = time.time() - began
    wait_until(lambda: course.applied() == before + len(committed))
    readable = text(
        "SELECT event_id, extract(epoch FROM pg_xact_commit_timestamp(xmin)) FROM effects"
    )
    with course.database.engine.connect() as connection:
        waits = sorted(
            float(when) - committed[id_]
            for id_, when in connection.execute(readable)
            if id_ in committed
        )
    return (
        f"{len(waits) / took:.0f} a second, from commit to row: median"
        f" {statistics.median(waits) * 1000:.0f} ms, p95 {_part(waits, 0.95)} ms,"
        f" p99 {_part(waits, 0.99)} ms, longest {waits[-1] * 1000:.0f} ms"
    )


def _part(waits: list[float], part: float) -> int:
    return round(waits[int(len(waits) * part)] * 1000)


def _event(number: int) -> Event:
    return replace(event(number), subject=f"assets/{number % SUBJECTS}")


def _cpu_seconds(process: psutil.Process) -> float:
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def _rabbitmq() -> psutil.Process | None:
    """Return the broker's process, where this machine runs it."""
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == "beam.smp" and "rabbit" in " ".join(process.info["cmdline"]):
            return process
    return None


if __name__ == "__main__":
    main()
