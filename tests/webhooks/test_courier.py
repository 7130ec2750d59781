"""Couriers side by side, and what stands in their way."""

import threading
import time
from datetime import timedelta

import psycopg
from sqlalchemy import text

from services.webhooks.commands import delivering as deliveries
from services.webhooks.outside.network import Network
from services.webhooks.outside.sealing import Seal
from shared.testing import ENOUGH, Stand, wait_until
from shared.testing.bells import is_rung, listening
from tests.webhooks.calling import User
from tests.webhooks.receiving import (
    Clock,
    Handler,
    MakeReceiver,
    Receiver,
    answering,
    claims,
    delivering,
)


def test_a_receiver_that_hangs_has_two_in_flight_and_delays_nobody(
    ann: User, stand: Stand, network: Network, seal: Seal, make_receiver: MakeReceiver
) -> None:
    released = threading.Event()
    hanging = make_receiver(lambda _: released.wait(ENOUGH))
    healthy = [make_receiver() for _ in range(10)]
    slow = ann.subscribe(hanging.url)
    quick = [ann.subscribe(receiver.url) for receiver in healthy]
    for _ in range(20):
        ann.send_test(slow)
    for webhook in quick * 3:
        ann.send_test(webhook)
    with delivering(stand, network, seal, couriers=2):
        wait_until(lambda: hanging.in_flight == 2)
        wait_until(lambda: all(len(receiver.requests) == 3 for receiver in healthy))
        assert hanging.most_in_flight == 2
        released.set()


def test_what_is_due_at_once_rings_for_the_courier(
    ann: User, stand: Stand, receiver: Receiver
) -> None:
    webhook = ann.subscribe(receiver.url)
    with listening(stand.database_url, deliveries.BELL) as [bell]:
        # Again and again: of a burst the first one rings.
        wait_until(lambda: ann.send_test(webhook) and is_rung(bell))


def test_several_couriers_deliver_each_message_once(
    ann: User, stand: Stand, network: Network, seal: Seal, make_receiver: MakeReceiver
) -> None:
    receivers = [make_receiver() for _ in range(4)]
    webhooks = [ann.subscribe(receiver.url) for receiver in receivers]
    for webhook in webhooks * 25:
        ann.send_test(webhook)
    with delivering(stand, network, seal, couriers=4):
        wait_until(lambda: all(len(receiver.requests) >= 25 for receiver in receivers))
        time.sleep(0.3)
    for receiver in receivers:
        assert len(receiver.requests) == 25
        assert len({request.id for request in receiver.requests}) == 25
        assert receiver.most_in_flight <= 2


def test_a_webhook_that_is_being_changed_delays_no_other(
    ann: User, stand: Stand, network: Network, seal: Seal, make_receiver: MakeReceiver
) -> None:
    receivers = [make_receiver(), make_receiver()]
    for receiver in receivers:
        ann.send_test(ann.subscribe(receiver.url))
    with stand.database.engine.begin() as connection:
        connection.execute(text("SELECT FROM webhooks WHERE id = 1 FOR UPDATE"))
        with delivering(stand, network, seal):
            wait_until(lambda: receivers[1].requests)
            assert receivers[0].requests == []


def test_a_claim_whose_courier_died_is_due_again(
    ann: User, stand: Stand, network: Network, seal: Seal, receiver: Receiver
) -> None:
    webhook = ann.subscribe(receiver.url)
    ann.send_test(webhook)
    clock = Clock()
    with stand.database.engine.begin() as connection:
        connection.execute(
            text("UPDATE deliveries SET claimed_until = :until, due_at = :until"),
            {"until": clock.now + timedelta(seconds=5)},
        )
    with delivering(stand, network, seal, clock):
        time.sleep(0.4)
        assert receiver.requests == []
        clock.advance(timedelta(seconds=5))
        wait_until(lambda: ann.log(webhook)[0]["status"] == "DELIVERED")
    assert ann.log(webhook)[0]["attempts"] == 1


def test_a_courier_waits_for_a_database_that_is_away(
    ann: User, stand: Stand, network: Network, seal: Seal, receiver: Receiver
) -> None:
    webhook = ann.subscribe(receiver.url)
    with delivering(stand, network, seal):
        for _ in range(3):
            with psycopg.connect(stand.database_url) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            time.sleep(0.1)
        ann.send_test(webhook)
        wait_until(lambda: len(receiver.requests) == 1)


def test_an_attempt_that_outlasts_its_claim_is_not_made_twice(
    ann: User, stand: Stand, network: Network, seal: Seal, make_receiver: MakeReceiver
) -> None:
    answered = threading.Event()

    def late(handler: Handler) -> None:
        answered.wait(ENOUGH)
        answering(200)(handler)

    receiver = make_receiver(late)
    webhook = ann.subscribe(receiver.url)
    ann.send_test(webhook)
    clock = Clock()
    with delivering(stand, network, seal, clock, couriers=2):
        wait_until(lambda: receiver.requests)
        for _ in range(2):  # a claim lasts five seconds, and is kept up
            clock.advance(timedelta(seconds=4))
            wait_until(lambda: claims(stand) == [clock.now + timedelta(seconds=5)])
        answered.set()
        wait_until(lambda: ann.log(webhook)[0]["status"] == "DELIVERED")
    assert len(receiver.requests) == 1
