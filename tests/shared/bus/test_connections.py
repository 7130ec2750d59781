"""Brokers and cables that fail: everything comes back by itself, and nothing waits for ever."""

import asyncio
import contextlib
import secrets
import threading
import time
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import nats as nats_client
import pytest
from nats.js.errors import NotFoundError

from deploy.local import nats, ports
from shared import bus
from shared.bus.interface import Address
from shared.bus.nats.topology import Names
from shared.testing import wait_until
from tests.shared.bus.conftest import clean_up
from tests.shared.bus.proxy import Proxy
from tests.shared.bus.receiving import Receiver, consuming, message, messages, publishing


def test_a_consumer_resumes_after_its_connection_was_reset(
    bus_url: str, proxied_url: str, proxy: Proxy
) -> None:
    before, after, receiver = message(), message(), Receiver()
    with consuming(proxied_url, receiver), publishing(bus_url) as publisher:
        publisher.publish([before])
        wait_until(lambda: receiver.has(before))
        proxy.reset()
        publisher.publish([after])
        wait_until(lambda: receiver.has(after))


def test_a_consumer_notices_a_connection_that_went_silent(
    bus_url: str, proxied_url: str, proxy: Proxy
) -> None:
    before, after, receiver = message(), message(), Receiver()
    with consuming(proxied_url, receiver), publishing(bus_url) as publisher:
        publisher.publish([before])
        wait_until(lambda: receiver.has(before))
        proxy.stall()
        publisher.publish([after])
        wait_until(lambda: receiver.has(after))


def test_a_consumer_waits_for_a_broker_that_is_not_there_yet(
    bus_url: str, proxied_url: str, proxy: Proxy
) -> None:
    bus.consumer(bus_url, "ledger", ["price-updated"]).declare()
    sent, receiver = message(), Receiver()
    with consuming(proxied_url, receiver), publishing(bus_url) as publisher:
        proxy.refuse()
        publisher.publish([sent])
        time.sleep(1)
        assert receiver.ids == []
        proxy.refuse(False)
        wait_until(lambda: receiver.has(sent))


def test_a_publisher_never_claims_what_was_not_confirmed(
    bus_url: str, proxied_url: str, proxy: Proxy
) -> None:
    sent, receiver = messages(3), Receiver()
    with consuming(bus_url, receiver), publishing(proxied_url) as publisher:
        publisher.publish(sent[:1])
        proxy.stall()
        with pytest.raises(bus.BusUnavailable):
            publisher.publish(sent[1:2])
        wait_until(lambda: _published(publisher, sent[1:2]))
        proxy.refuse()
        with pytest.raises(bus.BusUnavailable):
            publisher.publish(sent[2:])
        proxy.refuse(False)
        wait_until(lambda: _published(publisher, sent[2:]))
        wait_until(lambda: receiver.has(*sent))


def test_a_publisher_notices_at_once_that_its_idle_connection_was_lost(
    proxied_url: str, proxy: Proxy
) -> None:
    patient = proxied_url.replace("heartbeat=1", "heartbeat=3000")
    bus.consumer(patient, "ledger", ["price-updated"]).declare()
    with publishing(patient) as publisher:
        publisher.publish([message()])
        proxy.reset()
        time.sleep(1)  # it hears of it while it has nothing to do
        attempt = threading.Thread(target=_published, args=[publisher, [message()]], daemon=True)
        attempt.start()
        wait_until(lambda: not attempt.is_alive())
        wait_until(lambda: _published(publisher, [message()]))


async def _is_pulled(url: str) -> bool:
    names = _names(url)
    async with await nats_client.connect(Address.parse(url).url) as client:
        with contextlib.suppress(NotFoundError):
            info = await client.jetstream().consumer_info(names.stream, names.durable)
            return bool(info.num_waiting)
    return False


async def _delete_durable(url: str) -> None:
    names = _names(url)
    async with await nats_client.connect(Address.parse(url).url) as client:
        await client.jetstream().delete_consumer(names.stream, names.durable)


def _names(url: str) -> Names:
    return Names(Address.parse(url).namespace, "ledger")


def _published(publisher: bus.Publisher, sent: list[bus.Message]) -> bool:
    try:
        publisher.publish(sent)
    except bus.BusUnavailable:
        return False
    return True


@pytest.mark.parametrize("url", ["amqp://127.0.0.1:9/", "nats://127.0.0.1:9"])
def test_a_broker_that_is_away_is_said_to_be(url: str) -> None:
    with publishing(url) as publisher, pytest.raises(bus.BusUnavailable):
        publisher.publish([message()])
    with pytest.raises(bus.BusUnavailable):
        bus.consumer(url, "ledger", ["price-updated"]).declare()


def test_a_nats_consumer_outlives_a_pull_that_fails_while_a_message_arrives(
    nats_url: str, request: pytest.FixtureRequest
) -> None:
    """In the same moment, or nearly: the server says both at once, and often enough."""
    url = f"{nats_url}?namespace=test-{secrets.token_hex(4)}"
    request.addfinalizer(lambda: clean_up(url))
    parts = urlsplit(url)
    proxy = Proxy((parts.hostname or "", parts.port or 0))
    request.addfinalizer(proxy.close)
    proxied = url.replace(f":{parts.port}", f":{proxy.port}")
    receiver = Receiver()
    with consuming(proxied, receiver), publishing(url) as publisher:
        for _ in range(15):
            sent = messages(40)
            wait_until(lambda: asyncio.run(_is_pulled(url)))
            proxy.hold()
            publisher.publish(sent)
            asyncio.run(_delete_durable(url))
            time.sleep(0.1)
            proxy.hold(False)
            wait_until(partial(receiver.has, *sent))


def test_a_nats_server_that_restarts_is_consumed_again(tmp_path: Path) -> None:
    port = ports.free()
    server = nats.start(tmp_path, port, password="restarted")
    before, during, after, receiver = message(), message(), message(), Receiver()
    with consuming(server.url, receiver), publishing(server.url) as publisher:
        publisher.publish([before])
        wait_until(lambda: receiver.has(before))
        server.process.kill()  # the server that `nats.start` ties to us
        server.process.wait()
        wait_until(lambda: not nats.answers(port))
        with pytest.raises(bus.BusUnavailable):
            publisher.publish([during])
        server = nats.start(tmp_path, port, password="restarted")
        wait_until(lambda: _published(publisher, [during, after]))
        wait_until(lambda: receiver.has(during, after))
    server.stop()
    # In order; a killed server may have forgotten an acknowledgement or confirmed twice.
    assert list(dict.fromkeys(receiver.ids)) == [before.id, during.id, after.id]
