"""The inbox: each event is applied once, however often and however roughly it is delivered."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from shared import bus, observability
from shared.bus import inbox
from shared.bus.inbox import EventHandler
from shared.db import Database
from shared.errors import Unavailable
from shared.events import Event
from shared.testing import wait_until
from tests.shared.bus.database import (
    Effect,
    InboxRow,
    effects,
    leave_effect,
    terminate_backends,
)
from tests.shared.bus.proxy import Proxy
from tests.shared.bus.receiving import consuming, event, publishing

HANDLERS: dict[str, EventHandler] = {"price-updated": leave_effect}


def apply(
    database: Database,
    one: Event,
    handler: EventHandler = leave_effect,
    consumer: str = "ledger",
) -> None:
    inbox.process(database.sessions, consumer, [one], {"price-updated": handler})


def recorded(database: Database) -> int:
    with database.sessions() as session:
        return session.scalar(select(func.count()).select_from(InboxRow)) or 0


def test_an_event_is_applied_once_however_often_it_comes(database: Database) -> None:
    first, second = event(1), event(2)
    for one in (first, first, second, first, second):
        apply(database, one)
    assert effects(database) == [first.id, second.id]


def test_a_batch_is_applied_in_order_in_one_transaction(database: Database) -> None:
    events = [event(number) for number in range(30)]
    inbox.process(database.sessions, "ledger", events[:20], HANDLERS)
    inbox.process(database.sessions, "ledger", [*events[10:], events[-1]], HANDLERS)
    assert effects(database) == [one.id for one in events]
    with database.sessions() as session:
        transactions = text("SELECT count(DISTINCT xmin::text) FROM effects")
        assert session.scalar(transactions) == 2


def test_each_of_a_batch_sees_what_those_before_it_wrote(database: Database) -> None:
    seen: list[list[int]] = []

    def number_all(session: Session, one: Event) -> None:
        """Write past the ORM what was read through it."""
        seen.append([effect.id for effect in session.scalars(select(Effect).order_by(Effect.id))])
        session.add(Effect(event_id=one.id))
        session.flush()
        session.execute(update(Effect).values(id=Effect.id + 10))

    inbox.process(
        database.sessions, "ledger", [event(1), event(2), event(3)], {"price-updated": number_all}
    )
    assert seen == [[], [11], [12, 21]]


def test_what_follows_each_other_on_one_kind_of_subjects_is_handled_together(
    database: Database,
) -> None:
    turns: list[list[tuple[str, int]]] = []

    def note(_: Session, together: Sequence[Event]) -> None:
        turns.append([(one.subject, one.sequence) for one in together])

    def said(type_: str, subject: str, number: int) -> Event:
        return replace(event(number, type_), subject=subject)

    events = [
        said("transaction-created", "portfolios/2", 1),
        said("position-changed", "positions/7", 1),
        said("transaction-updated", "portfolios/1", 8),
        said("position-changed", "positions/7", 2),
        said("portfolio-updated", "portfolios/2", 2),
        said("transaction-created", "portfolios/2", 3),
    ]
    put, alone = inbox.Together(note), lambda session, one: note(session, [one])
    handlers: dict[str, EventHandler] = {
        "transaction-created": put,
        "transaction-updated": put,
        "portfolio-updated": alone,
        "position-changed": inbox.Together(note),
    }
    inbox.process(database.sessions, "ledger", events, handlers)
    assert turns == [
        [("portfolios/2", 1), ("portfolios/1", 8)],
        [("portfolios/2", 2)],
        [("portfolios/2", 3)],
        [("positions/7", 1), ("positions/7", 2)],
    ]


def test_one_that_fails_takes_its_whole_batch_back(database: Database) -> None:
    events = [event(number) for number in range(3)]

    def failing(session: Session, one: Event) -> None:
        leave_effect(session, one)
        if one == events[1]:
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        inbox.process(database.sessions, "ledger", events, {"price-updated": failing})
    assert (effects(database), recorded(database)) == ([], 0)


def test_two_that_apply_the_same_batch_at_once_apply_it_once(database: Database) -> None:
    events, both = [event(number) for number in range(50)], threading.Barrier(2)

    def work(batch: list[Event]) -> None:
        both.wait()
        inbox.process(database.sessions, "ledger", batch, HANDLERS)

    threads = [threading.Thread(target=work, args=(one,)) for one in (events, events[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(effects(database)) == sorted(one.id for one in events)


def test_the_age_of_an_event_when_it_is_applied_is_measured(database: Database) -> None:
    old = replace(event(), time=datetime.now(UTC) - timedelta(minutes=2))
    apply(database, old, consumer="late")
    labels = {"service": "late"}
    assert 120 <= (REGISTRY.get_sample_value("bus_lag_seconds_sum", labels) or 0) < 125


def test_what_comes_again_is_counted(database: Database) -> None:
    labels = {"service": "counted"}
    again = event()
    for _ in range(3):
        apply(database, again, consumer="counted")
    assert REGISTRY.get_sample_value("bus_duplicates_dropped_total", labels) == 2


def test_two_consumers_apply_it_once_each(database: Database) -> None:
    one = event()
    for consumer in ("ledger", "mirror", "ledger", "mirror"):
        apply(database, one, consumer=consumer)
    assert effects(database) == [one.id, one.id]


def test_two_that_apply_it_at_the_same_moment_apply_it_once(database: Database) -> None:
    one, both = event(), threading.Barrier(2)

    def slow(session: Session, seen: Event) -> None:
        leave_effect(session, seen)
        session.flush()
        session.execute(text("SELECT pg_sleep(0.2)"))

    def work() -> None:
        both.wait()
        apply(database, one, slow)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert effects(database) == [one.id]


def test_an_event_that_nobody_handles_is_only_recorded(database: Database) -> None:
    inbox.process(database.sessions, "ledger", [event(1, "user-created")], HANDLERS)
    assert (effects(database), recorded(database)) == ([], 1)


def test_a_handler_that_fails_leaves_neither_effect_nor_record(database: Database) -> None:
    def failing(session: Session, one: Event) -> None:
        leave_effect(session, one)
        session.flush()
        raise ValueError("broken")

    one = event()
    with pytest.raises(ValueError, match="broken"):
        apply(database, one, failing)
    assert (effects(database), recorded(database)) == ([], 0)
    apply(database, one)
    assert effects(database) == [one.id]


def test_a_serialization_failure_does_the_whole_unit_again(database: Database) -> None:
    tries: list[Event] = []

    def conflicting(session: Session, one: Event) -> None:
        tries.append(one)
        leave_effect(session, one)
        session.flush()
        if len(tries) < 3:
            session.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))

    one = event()
    apply(database, one, conflicting)
    assert (len(tries), effects(database)) == (3, [one.id])


def test_a_backend_that_is_terminated_in_the_middle_is_no_failure(database: Database) -> None:
    tries: list[Event] = []

    def interrupted(session: Session, one: Event) -> None:
        tries.append(one)
        leave_effect(session, one)
        session.flush()
        if len(tries) == 1:
            terminate_backends(database)

    one = event()
    apply(database, one, interrupted)
    assert (len(tries), effects(database)) == (2, [one.id])


def test_a_database_that_is_away_for_a_moment_is_waited_for(database: Database) -> None:
    url = database.engine.url
    proxy = Proxy((url.host or "", url.port or 5432))
    distant = Database(url.set(port=proxy.port).render_as_string(hide_password=False))
    tries: list[Event] = []

    def interrupted(session: Session, seen: Event) -> None:
        tries.append(seen)
        leave_effect(session, seen)
        session.flush()
        if len(tries) == 1:
            proxy.refuse()
            threading.Timer(0.5, proxy.refuse, [False]).start()

    one = event()
    apply(distant, one, interrupted)
    assert (len(tries), effects(database)) == (2, [one.id])
    distant.close()
    proxy.close()


def test_a_database_that_stays_away_is_unavailable() -> None:
    nowhere = Database("postgresql://u:p@127.0.0.1:9/x")
    with pytest.raises(Unavailable):
        apply(nowhere, event())


def test_a_mistake_in_a_handlers_sql_is_its_own_fault_and_not_waited_for(
    database: Database,
) -> None:
    def mistaken(session: Session, _: Event) -> None:
        session.execute(text("SELECT * FROM nothing"))

    with pytest.raises(Exception, match="UndefinedTable"):
        apply(database, event(), mistaken)


def test_a_handler_sees_the_request_that_caused_the_event(database: Database) -> None:
    seen: list[str | None] = []

    def watching(*_: object) -> None:
        seen.append(observability.request_id())

    with observability.traced("the-request-1", None):
        one = event()
    apply(database, one, watching)
    assert seen == ["the-request-1"]
    assert observability.request_id() is None


def test_a_message_published_twice_is_applied_once(database: Database, bus_url: str) -> None:
    first, second = event(1), event(2)

    def handle(received: Sequence[bus.Message]) -> None:
        events = [Event.from_json(one.body) for one in received]
        inbox.process(database.sessions, "ledger", events, HANDLERS)

    with consuming(bus_url, handle), publishing(bus_url) as publisher:
        for one in (first, first, second, first):
            publisher.publish([bus.Message(str(one.id), one.type, one.to_json())])
        wait_until(lambda: len(effects(database)) == 2)
    assert effects(database) == [first.id, second.id]


def test_what_is_older_than_30_days_is_deleted(database: Database) -> None:
    rows = [{"event_id": event().id, "consumer": "ledger"} for _ in range(2100)]
    database.unit(lambda session: session.execute(insert(InboxRow), rows))
    old = func.now() - timedelta(days=30, minutes=1)
    database.unit(lambda session: session.execute(update(InboxRow).values(received_at=old)))
    kept = event()
    apply(database, kept)
    assert database.unit(inbox.purge) == 2100
    with database.sessions() as session:
        assert session.scalars(select(InboxRow.event_id)).all() == [kept.id]
