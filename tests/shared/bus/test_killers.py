"""Events that fail, hang or kill their consumer: alone, whatever stands beside them."""

import signal
from collections import Counter

from shared import bus
from shared.bus import outbox
from shared.db import Database
from shared.events import Event
from shared.testing import ENOUGH, wait_until
from tests.shared.bus.database import effects
from tests.shared.bus.processes import ledger
from tests.shared.bus.receiving import event


# NATS lets 4 s pass before it gives again what a dead consumer held.
def test_an_event_that_kills_its_consumer_takes_no_other_with_it(
    database: Database, bus_url: str
) -> None:
    bus.consumer(bus_url, "ledger", ["price-updated"]).declare()
    killer = Event.now("assets", "price-updated", "assets/6", 1, {"kills": True})
    innocent = [event(number) for number in range(250)]  # more than are prefetched
    database.unit(lambda session: outbox.add(session, *innocent[:60], killer, *innocent[60:]))
    letters = bus.dead_letters(bus_url, "ledger")
    with ledger(database, bus_url, "price-updated", supervised=True):
        wait_until(letters.list)
        wait_until(lambda: len(effects(database)) >= len(innocent))
    assert [letter.message.id for letter in letters.list()] == [str(killer.id)]
    assert Counter(effects(database)) == {one.id: 1 for one in innocent}


def test_a_crash_while_a_batch_is_taken_apart_loses_nothing(
    database: Database, bus_url: str
) -> None:
    bus.consumer(bus_url, "ledger", ["price-updated"]).declare()
    broken = Event.now("assets", "price-updated", "assets/6", 1, {"fails": True})
    others = [event(number) for number in range(120)]
    database.unit(lambda session: outbox.add(session, *others[:60], broken, *others[60:]))
    point = "after_rollback_before_one_by_one"
    with ledger(database, bus_url, "price-updated", FAULT_AT=point) as crashing:
        assert crashing.wait(ENOUGH) == 137
    assert len(effects(database)) < len(others)
    letters = bus.dead_letters(bus_url, "ledger")
    with ledger(database, bus_url, "price-updated"):
        wait_until(letters.list)
        wait_until(lambda: len(effects(database)) >= len(others))
    assert Counter(effects(database)) == {one.id: 1 for one in others}
    assert [letter.message.id for letter in letters.list()] == [str(broken.id)]


def test_a_handler_that_hangs_keeps_no_worker_alive(database: Database, bus_url: str) -> None:
    bus.consumer(bus_url, "ledger", ["price-updated"]).declare()
    hanging = Event.now("assets", "price-updated", "assets/6", 1, {"hangs": True})
    database.unit(lambda session: outbox.add(session, hanging))
    with ledger(database, bus_url, "price-updated", GRACE="1") as worker:
        assert worker.stderr
        assert any('"event": "hanging"' in line for line in worker.stderr)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(ENOUGH) == 0
    assert effects(database) == []
