"""The outbox and its relay: what was committed is published, in order, over every failure."""

import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, insert, select, update

from shared import bus
from shared.bus import outbox
from shared.bus.outbox import MAX_PAYLOAD, Relay
from shared.bus.relay import WINDOW
from shared.db import Database
from shared.events import Event
from shared.testing import ENOUGH, wait_until
from shared.testing.bells import is_rung, listening
from tests.shared.bus.database import OutboxRow, effects, terminate_backends, unpublished
from tests.shared.bus.processes import ledger
from tests.shared.bus.proxy import Proxy
from tests.shared.bus.receiving import Receiver, consuming, event, running


def relay(database: Database, url: str) -> Relay:
    return Relay(database.engine, bus.publisher(url), service="ledger")


def told_flow() -> float | None:
    labels = {"service": "ledger", "direction": "out"}
    return REGISTRY.get_sample_value("bus_flows", labels)


def record(
    database: Database, count: int, type_: str = "price-updated", subject: str = "assets/5"
) -> list[Event]:
    """Commit `count` events on one subject, one after the other, and return them."""
    events = [replace(event(number, type_), subject=subject) for number in range(count)]
    database.unit(lambda session: outbox.add(session, *events))
    return events


def ids(events: list[Event]) -> list[str]:
    return [str(one.id) for one in events]


def test_what_was_committed_is_published_in_order(database: Database, bus_url: str) -> None:
    receiver = Receiver()
    events = record(database, 250)
    with consuming(bus_url, receiver), running(relay(database, bus_url).run):
        events += record(database, 3)
        wait_until(lambda: unpublished(database) == 0)
        wait_until(lambda: len(receiver.ids) >= len(events))
    assert receiver.ids == ids(events)


def test_a_bulk_on_one_subject_never_stands_before_another(
    database: Database, bus_url: str
) -> None:
    receiver = Receiver()
    bulk = record(database, 2000, subject="portfolios/1")
    single = record(database, 1, subject="portfolios/2")
    few = record(database, 3, subject="portfolios/0")
    with consuming(bus_url, receiver), running(relay(database, bus_url).run):
        wait_until(lambda: len(receiver.ids) >= 2004)
    assert max(receiver.ids.index(one) for one in ids([*single, *few])) < WINDOW
    for one in (bulk, few):
        assert [id_ for id_ in receiver.ids if id_ in set(ids(one))] == ids(one)
    assert len(receiver.ids) == 2004


def test_more_subjects_than_a_window_holds_take_turns(database: Database, bus_url: str) -> None:
    receiver = Receiver()
    bulk = record(database, 3 * WINDOW, subject="assets/0")
    singles = [record(database, 1, subject=f"assets/{n}")[0] for n in range(1, 2 * WINDOW)]
    with consuming(bus_url, receiver), running(relay(database, bus_url).run):
        wait_until(lambda: len(receiver.ids) >= len(bulk) + len(singles))
    assert Counter(receiver.ids) == dict.fromkeys(ids([*bulk, *singles]), 1)
    before = receiver.ids[: receiver.ids.index(str(bulk[-1].id))]
    assert set(ids(singles)) <= set(before)
    assert [one for one in receiver.ids if one in set(ids(bulk))] == ids(bulk)


def test_what_the_release_before_recorded_without_a_subject_is_published(
    database: Database, bus_url: str
) -> None:
    receiver, old = Receiver(), event()
    row = {"event_id": old.id, "type": old.type, "payload": old.to_json().decode()}
    database.unit(lambda session: session.execute(insert(OutboxRow), [row]))
    with consuming(bus_url, receiver), running(relay(database, bus_url).run):
        events = record(database, 3)
        wait_until(lambda: set(receiver.ids) == set(ids([old, *events])))


def test_an_event_arrives_as_it_was_recorded(database: Database, bus_url: str) -> None:
    [sent] = record(database, 1)
    received: list[bus.Message] = []
    with consuming(bus_url, received.extend), running(relay(database, bus_url).run):
        wait_until(lambda: len(received) == 1)
    assert Event.from_json(received[0].body) == sent
    assert (received[0].id, received[0].type) == (str(sent.id), sent.type)


def test_what_was_rolled_back_is_never_told(database: Database) -> None:
    with database.sessions() as session:
        outbox.add(session, event())
        session.rollback()
    assert unpublished(database) == 0


def test_what_was_recorded_rings_for_the_relay(database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    with listening(url, outbox.BELL) as [bell]:
        # Again and again: of a burst the first one rings.
        wait_until(lambda: record(database, 1) and is_rung(bell))


def test_an_event_larger_than_a_broker_takes_is_refused_at_once(database: Database) -> None:
    large = Event.now("assets", "price-updated", "assets/5", 1, {"text": "x" * MAX_PAYLOAD})
    with pytest.raises(ValueError, match="price-updated"):
        database.unit(lambda session: outbox.add(session, large))
    assert unpublished(database) == 0


def test_events_wait_for_a_broker_that_is_away(
    database: Database, bus_url: str, proxied_url: str, proxy: Proxy
) -> None:
    receiver = Receiver()
    proxy.refuse()
    with consuming(bus_url, receiver), running(relay(database, proxied_url).run):
        events = record(database, 3)
        wait_until(lambda: told_flow() == 0)
        assert (unpublished(database), receiver.ids) == (3, [])
        proxy.refuse(False)
        wait_until(lambda: unpublished(database) == 0)
        assert told_flow() == 1
        wait_until(lambda: receiver.ids == ids(events))


def test_what_waits_is_counted_for_the_alarm(database: Database) -> None:
    record(database, 2)
    _age(database, timedelta(minutes=1), OutboxRow.created_at.key)
    url = "amqp://127.0.0.1:9/"
    counted = Relay(database.engine, bus.publisher(url), service="counted")
    with running(counted.run):
        wait_until(lambda: _metric("outbox_unpublished") == 2)
    assert 60 <= (_metric("outbox_oldest_age_seconds") or 0) < 65


@pytest.mark.parametrize(
    "crash_point",
    [
        "after_commit_before_publish",
        "after_confirm_before_mark",
        "mid_batch",
        "after_handler_commit_before_ack",
    ],
)
def test_a_crash_loses_nothing_and_applies_nothing_twice(
    database: Database, bus_url: str, crash_point: str
) -> None:
    bus.consumer(bus_url, "ledger", ["price-updated"]).declare()
    events = record(database, 150)  # more than a batch
    with ledger(database, bus_url, "price-updated", FAULT_AT=crash_point) as crashing:
        assert crashing.wait(ENOUGH) == 137
    assert len(effects(database)) < len(events)
    with ledger(database, bus_url, "price-updated"):
        wait_until(lambda: len(effects(database)) >= len(events))
        wait_until(lambda: unpublished(database) == 0)
        time.sleep(0.3)
    assert Counter(effects(database)) == {one.id: 1 for one in events}
    # NATS gives again what comes to its time first: on a busy machine not always in order, so a
    # handler looks at the sequence.
    if bus_url.startswith("amqp"):
        assert effects(database) == [one.id for one in events]


def test_of_two_relays_one_leads_and_the_other_follows_when_it_is_killed(
    database: Database, bus_url: str
) -> None:
    receiver = Receiver()
    events = record(database, 1)
    with consuming(bus_url, receiver), ledger(database, bus_url) as leader:
        wait_until(lambda: unpublished(database) == 0)
        with running(relay(database, bus_url).run):
            events += record(database, 150)
            wait_until(lambda: len(receiver.ids) >= len(events))
            assert receiver.ids == ids(events)  # two leaders would have published some twice
            leader.kill()
            events += record(database, 3)
            wait_until(lambda: len(receiver.ids) >= len(events))
    assert receiver.ids == ids(events)


def test_a_type_that_nobody_wants_is_parked_while_others_flow(
    database: Database, rabbitmq_bus: str
) -> None:
    """NATS keeps what nobody wants yet; RabbitMQ returns it."""
    receiver, late = Receiver(), Receiver()
    unwanted = record(database, WINDOW + 20, "user-created")
    wanted = record(database, 3)
    with consuming(rabbitmq_bus, receiver), running(relay(database, rabbitmq_bus).run):
        wait_until(lambda: receiver.ids == ids(wanted))
        wait_until(lambda: unpublished(database) == len(unwanted))
        with consuming(rabbitmq_bus, late, "mirror", ["user-created"]):
            wait_until(lambda: unpublished(database) == 0)
            wait_until(lambda: late.ids == ids(unwanted))
    assert receiver.ids == ids(wanted)


def test_a_row_that_commits_late_with_a_lower_id_is_published_too(
    database: Database, bus_url: str
) -> None:
    receiver = Receiver()
    slow = event()
    with consuming(bus_url, receiver), running(relay(database, bus_url).run):
        with database.sessions.begin() as session:
            outbox.add(session, slow)  # has its id from here on, but is not visible yet
            quick = record(database, 2)
            wait_until(lambda: receiver.ids == ids(quick))
        wait_until(lambda: receiver.ids == ids([*quick, slow]))
    assert _numbers(database) == [1, 2, 3]


def test_a_relay_whose_backend_is_terminated_goes_on(database: Database, bus_url: str) -> None:
    receiver = Receiver()
    events: list[Event] = []
    with consuming(bus_url, receiver), running(relay(database, bus_url).run):
        for _ in range(4):
            events += record(database, 40)
            terminate_backends(database)
            wait_until(lambda: receiver.ids != [])
        wait_until(lambda: unpublished(database) == 0)
        wait_until(lambda: set(ids(events)) <= set(receiver.ids))
    # In order; what was published and not yet marked may come twice, and the inbox drops it.
    assert list(dict.fromkeys(receiver.ids)) == ids(events)


def test_what_was_published_a_week_ago_is_deleted_and_what_waits_never(
    database: Database,
) -> None:
    record(database, 1200)
    _age(database, timedelta(days=7, minutes=1), "published_at")
    [waiting] = record(database, 1)
    _age(database, timedelta(days=365), "created_at")
    [recent] = record(database, 1)
    database.unit(
        lambda session: session.execute(
            update(OutboxRow)
            .where(OutboxRow.event_id == recent.id)
            .values(published_at=datetime.now(UTC) - timedelta(days=6, hours=23))
        )
    )
    assert database.unit(outbox.purge) == 1200
    with database.sessions() as session:
        left: list[UUID] = list(session.scalars(select(OutboxRow.event_id)))
    assert set(left) == {waiting.id, recent.id}


def _age(database: Database, age: timedelta, column: str) -> None:
    values = {column: func.now() - age}
    database.unit(lambda session: session.execute(update(OutboxRow).values(values)))


def _metric(name: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"service": "counted"})


def _numbers(database: Database) -> list[int]:
    with database.sessions() as session:
        return list(session.scalars(select(OutboxRow.id).order_by(OutboxRow.id)))
