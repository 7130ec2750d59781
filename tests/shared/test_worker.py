"""The second process of a service: its parts, its end, and its own small door."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from sqlalchemy import func, literal, select, text, update
from sqlalchemy.orm import Session

from deploy.local import ports
from shared import leading, migrations, settings, worker
from shared.bus import flow, outbox
from shared.db import Database, Query
from shared.settings import ServiceSettings
from shared.testing import ENOUGH, environment, wait_until
from shared.testing.stand import create_database, set_environment
from shared.worker import Timer
from tests.shared.bus.database import Base, OutboxRow
from tests.shared.bus.processes import ledger
from tests.shared.bus.receiving import event
from tests.shared.signals import tell_another_thread

NO_BUS = "nats://127.0.0.1:9"


@pytest.fixture(scope="module")
def database(postgres_url: str) -> Iterator[Database]:
    database = Database(create_database(postgres_url, "worker"))
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def configuration(database: Database) -> ServiceSettings:
    url = database.engine.url.render_as_string(hide_password=False)
    named = environment("ledger", database_url=url, keys=Path("unused"), event_bus_url=NO_BUS)
    with set_environment(named):
        return settings.load("ledger")


@pytest.fixture
def signals() -> Iterator[None]:
    """Give the signals back that `worker.run` takes."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    signal.set_wakeup_fd(-1)
    for number, handler in before.items():
        signal.signal(number, handler)


def end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def run(
    configuration: ServiceSettings, database: Database, *timers: Timer, until: Callable[[], bool]
) -> int:
    """Run a worker in this process until `until` holds; return its exit status."""

    def watch() -> None:
        try:
            wait_until(until)
        finally:
            end()

    watching = threading.Thread(target=watch)
    watching.start()
    status = worker.run(configuration, database, {}, timers)
    watching.join()
    assert until()
    return status


@pytest.mark.usefixtures("signals")
def test_a_timer_runs_at_the_start_and_again_and_again(
    configuration: ServiceSettings, database: Database
) -> None:
    runs: dict[str, list[float]] = {"often": [], "rarely": []}
    timers = [
        Timer("rarely", 3600, lambda _: runs["rarely"].append(time.monotonic())),
        Timer("often", 0.2, lambda _: runs["often"].append(time.monotonic())),
    ]
    # On its own time, not at the next "rarely"; and no sooner.
    assert run(configuration, database, *timers, until=lambda: len(runs["often"]) > 2) == 0
    assert all(later - earlier >= 0.2 for earlier, later in pairwise(runs["often"]))
    assert len(runs["rarely"]) == 1


@pytest.mark.usefixtures("signals")
def test_a_timer_for_what_seldom_waits_runs_only_where_it_does(
    configuration: ServiceSettings, database: Database
) -> None:
    runs: dict[str, list[int]] = {"waits": [], "nothing": [], "asked": []}
    always, never = (Query(select(literal(value))) for value in (True, False))
    timers = [
        Timer("waits", 0.1, lambda _: runs["waits"].append(1), waits=always),
        Timer("nothing", 0.1, lambda _: runs["nothing"].append(1), waits=never),
    ]
    timers.append(Timer("asked", 0.1, lambda _: runs["asked"].append(1)))
    assert run(configuration, database, *timers, until=lambda: len(runs["asked"]) > 3) == 0
    assert len(runs["waits"]) > 2
    assert runs["nothing"] == []


@pytest.mark.usefixtures("signals")
def test_a_timer_that_fails_does_it_again_and_disturbs_nobody(
    configuration: ServiceSettings, database: Database
) -> None:
    tries, others = [], []

    def failing(session: Session) -> None:
        tries.append(1)
        session.execute(text("INSERT INTO effects (event_id) VALUES (gen_random_uuid())"))
        raise ValueError("broken")

    timers = [Timer("failing", 0.1, failing), Timer("other", 0.1, lambda _: others.append(1))]
    assert run(configuration, database, *timers, until=lambda: len(tries) > 2) == 0
    assert len(others) >= 2
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM effects")) == 0


@pytest.mark.usefixtures("signals")
def test_a_worker_keeps_no_time_while_another_one_leads(
    configuration: ServiceSettings, database: Database
) -> None:
    tries: set[object] = set()
    runs: list[bool] = []
    is_free = threading.Event()

    def has_tried_twice() -> bool:
        asked = "SELECT query_start FROM pg_stat_activity WHERE query LIKE 'SELECT pg_try%leads'"
        with database.engine.connect() as connection:
            tries.update(connection.scalars(text(asked)))
        return len(tries) > 1

    def free(leader: "psycopg.Connection[Any]") -> None:
        wait_until(has_tried_twice)
        is_free.set()
        leader.close()

    with closing(database.alone()) as leader:
        leader.execute("SELECT pg_advisory_lock(%s)", [leading.LOCK])
        freeing = threading.Thread(target=free, args=[leader])
        freeing.start()
        timer = Timer("look", 0.1, lambda _: runs.append(is_free.is_set()))
        assert run(configuration, database, timer, until=lambda: len(runs) > 1) == 0
        freeing.join()
    assert all(runs)


@pytest.mark.usefixtures("signals")
def test_a_worker_deletes_what_is_old(configuration: ServiceSettings, database: Database) -> None:
    database.unit(lambda session: outbox.add(session, event()))
    old = func.now() - timedelta(days=8)
    database.unit(lambda session: session.execute(update(OutboxRow).values(published_at=old)))

    def is_empty() -> bool:
        with database.engine.connect() as connection:
            return not connection.scalar(text("SELECT count(*) FROM outbox"))

    assert run(configuration, database, until=is_empty) == 0


@pytest.mark.usefixtures("signals")
def test_a_worker_shows_its_health_and_metrics_on_its_own_port(
    configuration: ServiceSettings, database: Database
) -> None:
    port = ports.free()
    answers: dict[str, requests.Response] = {}

    def look(_: Session) -> None:
        for path in ("/health", "/metrics", "/", "/metrics/../etc/passwd"):
            answers[path] = requests.get(f"http://127.0.0.1:{port}{path}", timeout=ENOUGH)

    timers = [Timer("look", 0.1, look)]
    configured = replace(configuration, metrics_port=port)
    assert run(configured, database, *timers, until=lambda: len(answers) == 4) == 0
    assert answers["/health"].text == "ok"
    assert "outbox_unpublished" in answers["/metrics"].text
    assert [answers[path].status_code for path in answers] == [200, 200, 404, 404]


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::"])
def test_the_port_of_a_worker_is_reached_by_ipv4_and_ipv6(
    configuration: ServiceSettings, database: Database, host: str
) -> None:
    port = ports.free()
    answers: dict[str, int] = {}
    asked = {"::": ("127.0.0.1", "[::1]"), "::1": ("[::1]",)}.get(host, (host,))

    def look(_: Session) -> None:
        for name in asked:
            answer = requests.get(f"http://{name}:{port}/health", timeout=ENOUGH)
            answers[name] = answer.status_code

    configured = replace(configuration, metrics_host=host, metrics_port=port)
    timers = [Timer("look", 0.1, look)]
    assert run(configured, database, *timers, until=lambda: len(answers) == len(asked)) == 0
    assert set(answers.values()) == {200}


@pytest.mark.usefixtures("signals")
def test_what_is_under_way_has_the_grace_to_end(
    configuration: ServiceSettings, database: Database
) -> None:
    """The worker is told to end while a timer works, which needs half of its grace."""
    begun, ended = threading.Event(), threading.Event()

    def long(_: Session) -> None:
        begun.set()
        time.sleep(2.0)
        ended.set()

    configured = replace(configuration, grace=120)
    assert run(configured, database, Timer("long", 3600, long), until=begun.is_set) == 0
    assert ended.is_set()


@pytest.mark.usefixtures("signals")
def test_a_worker_tells_at_its_port_that_no_events_flow(
    configuration: ServiceSettings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lives on, for what is written waits; and with the bus it tells the opposite."""
    monkeypatch.setattr(flow, "PATIENCE", 0.0)
    # What other tests of this process stopped, stopped for good.
    monkeypatch.setattr(flow, "_stopped", {})
    port = ports.free()
    answers: list[int] = []

    def look(_: Session) -> None:
        answers.append(requests.get(f"http://127.0.0.1:{port}/events", timeout=ENOUGH).status_code)
        if answers[-1] == 503:
            flow.goes_on("ledger", "out")

    database.unit(lambda session: outbox.add(session, event()))
    configured = replace(configuration, metrics_port=port)
    until = (503, 200)
    timers = [Timer("look", 0.1, look)]
    assert run(configured, database, *timers, until=lambda: until in pairwise(answers)) == 0


@pytest.mark.usefixtures("signals")
def test_a_worker_does_nothing_until_the_schema_is_migrated(
    configuration: ServiceSettings, postgres_url: str
) -> None:
    url, port = create_database(postgres_url, "behind"), ports.free()
    *_, before, newest = sorted(
        file.name.partition("_")[0]
        for file in Path("services/auth/migrations/versions").glob("*_*.py")
    )
    migrations.upgrade("auth", url, before)
    seen: list[object] = []

    def look(session: Session) -> None:
        seen.append(session.scalar(text("SELECT version_num FROM alembic_version")))

    def lives() -> bool:
        with suppress(requests.ConnectionError):
            return requests.get(f"http://127.0.0.1:{port}/health", timeout=ENOUGH).ok
        return False

    def migrate() -> None:
        wait_until(lives)
        migrations.upgrade("auth", url)

    migrating = threading.Thread(target=migrate)
    migrating.start()
    told = replace(configuration, name="auth", metrics_port=port)
    timer = Timer("look", 0.1, look)
    assert run(told, Database(url), timer, until=lambda: len(seen) > 0) == 0
    migrating.join()
    assert set(seen) == {newest}


def test_sigterm_ends_a_worker_although_the_bus_is_away(
    database: Database,
) -> None:
    with ledger(database, NO_BUS, "price-updated", LOG_LEVEL="INFO") as process:
        assert process.stderr
        for line in process.stderr:
            if "worker_started" in line:
                break
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENOUGH) == 0
        assert '"event": "worker_stopped"' in process.stderr.read()


def test_sigterm_ends_a_worker_whichever_of_its_threads_the_kernel_gives_it(
    database: Database,
) -> None:
    with ledger(database, NO_BUS, "price-updated", LOG_LEVEL="INFO") as process:
        assert process.stderr
        assert any("worker_started" in line for line in process.stderr)
        tell_another_thread(process.pid)
        assert process.wait(ENOUGH) == 0


def test_a_part_that_fails_ends_the_process(database: Database) -> None:
    """The address of the bus is wrong, so the relay cannot live."""
    with ledger(database, "kafka://127.0.0.1:9") as process:
        assert process.wait(ENOUGH) == 1
        assert process.stderr
        said = process.stderr.read()
    assert '"event": "worker_part_failed"' in said
    assert "Not an event bus: kafka" in said
