"""The worker as a process of its own: from an event on the bus to a receiver, over every crash."""

import secrets
import signal
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import pika
import pytest

from shared.bus.interface import Address
from shared.bus.rabbitmq.topology import Names
from shared.events import Event
from shared.testing import ENOUGH, Stand, wait_until
from tests.webhooks.calling import User
from tests.webhooks.owning import OwnersServer
from tests.webhooks.receiving import MakeReceiver, Receiver
from tests.webhooks.telling import bar, card
from tests.webhooks.working import publish, recorded, worker

CRASHED = 137


@pytest.fixture
def nats_bus(nats_url: str) -> str:
    """Return the URL of a bus that nobody else uses."""
    return f"{nats_url}?namespace=test-{secrets.token_hex(4)}"


@pytest.fixture
def rabbitmq_bus(rabbitmq_url: str) -> Iterator[str]:
    """Return the URL of a bus that nobody else uses; nothing of it is left on the server."""
    url = f"{rabbitmq_url}?namespace=test-{secrets.token_hex(4)}"
    yield url
    address = Address.parse(url)
    names = Names.of(address, "webhooks")
    with closing(pika.BlockingConnection(pika.URLParameters(address.url))) as connection:
        channel = connection.channel()
        for queue in (names.queue, names.dead_queue):
            channel.queue_delete(queue)
        for exchange in (names.exchange, names.dead_exchange):
            channel.exchange_delete(exchange)


@pytest.fixture(params=["nats", "rabbitmq"])
def bus_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_bus"))


def priced(sequence: int, price: str) -> Event:
    data = {
        "asset": card(5, price),
        "price": bar("2024-01-19", price),
        "previous_price": None,
    }
    return Event.now("assets", "price-updated", "assets/5", sequence, data)


def ids(receiver: Receiver) -> set[str]:
    return {request.id for request in receiver.requests}


def test_an_event_reaches_a_receiver(
    stand: Stand, ann: User, bus_url: str, receiver: Receiver
) -> None:
    webhook = ann.subscribe(receiver.url)
    event = recorded(7)
    publish(bus_url, event)
    with worker(stand, bus_url) as process:
        wait_until(lambda: receiver.requests)
        content = receiver.requests[0].verified(webhook["secret"])
        assert receiver.requests[0].id == f"msg_{event.id.hex}"
        assert (content["type"], content["data"]["id"]) == ("transaction.created", 7)
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENOUGH) == 0


def test_a_price_that_crosses_a_threshold_reaches_a_receiver(
    stand: Stand, ann: User, owners: OwnersServer, nats_bus: str, receiver: Receiver
) -> None:
    owners.asset(5, {"2024-01-18": "100"})
    ann.subscribe(receiver.url, "price.alert")
    rule = ann.watch("PRICE_ABOVE", "105", asset=5)
    publish(nats_bus, priced(2, "104"), priced(3, "106"))
    with worker(stand, nats_bus):
        wait_until(lambda: receiver.requests)
    assert b'"value": "106.00"' in receiver.requests[0].body
    assert len(ann.firings(rule)) == 1


def test_a_worker_that_is_killed_again_and_again_loses_nothing(
    stand: Stand, ann: User, nats_bus: str, make_receiver: MakeReceiver
) -> None:
    receivers = [make_receiver() for _ in range(3)]
    for receiver in receivers:
        ann.subscribe(receiver.url)
    events = [recorded(number) for number in range(1, 61)]
    publish(nats_bus, *events)
    for reached in (10, 50, 90, 130):
        with worker(stand, nats_bus):
            wait_until(partial(_has_come, receivers, reached))
        expire_claims(stand)
    expected = {f"msg_{event.id.hex}" for event in events}
    with worker(stand, nats_bus):
        wait_until(lambda: all(ids(receiver) == expected for receiver in receivers))
    # At least once: what a killed worker was sending is sent again, and nothing else is.
    assert all(len(receiver.requests) <= 60 + 4 * 2 for receiver in receivers)


def _has_come(receivers: list[Receiver], count: int) -> bool:
    return sum(len(receiver.requests) for receiver in receivers) >= count


def test_a_crash_between_the_200_and_its_mark_delivers_again_with_the_same_id(
    stand: Stand, ann: User, nats_bus: str, receiver: Receiver
) -> None:
    webhook = ann.subscribe(receiver.url)
    publish(nats_bus, recorded(7))
    with worker(stand, nats_bus, FAULT_AT="after_http_200_before_mark") as process:
        assert process.wait(ENOUGH) == CRASHED
    assert len(receiver.requests) == 1
    assert ann.log(webhook)[0]["status"] == "PENDING"
    expire_claims(stand)
    with worker(stand, nats_bus):
        wait_until(lambda: ann.log(webhook)[0]["status"] == "DELIVERED")
    assert [request.id for request in receiver.requests] == [receiver.requests[0].id] * 2


def test_a_crash_between_the_commit_and_the_acknowledgement_tells_once(
    stand: Stand, ann: User, bus_url: str, receiver: Receiver
) -> None:
    webhook = ann.subscribe(receiver.url)
    publish(bus_url, recorded(7))
    with worker(stand, bus_url, FAULT_AT="after_handler_commit_before_ack") as process:
        assert process.wait(ENOUGH) == CRASHED
    with worker(stand, bus_url):
        expire_claims(stand)
        wait_until(lambda: ann.log(webhook)[0]["status"] == "DELIVERED")
        publish(bus_url, recorded(8))
        wait_until(lambda: len(ids(receiver)) == 2)
    assert len(ann.log(webhook)) == 2


def expire_claims(stand: Stand) -> None:
    """Let what a dead courier had claimed be due now, seconds early."""
    with stand.database.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE deliveries SET due_at = now(), claimed_until = now()"
            " WHERE claimed_until IS NOT NULL"
        )
