"""What a publisher gives to the broker: windows, as a whole and in order."""

import asyncio
import contextlib

import nats
from nats.js.api import StreamConfig

from shared.bus.interface import Address
from shared.bus.nats.topology import Names
from shared.testing import wait_until
from tests.shared.bus.conftest import clean_up
from tests.shared.bus.receiving import Receiver, consuming, messages, publishing


def test_a_window_of_which_some_is_stored_already_arrives_in_order(bus_url: str) -> None:
    sent, receiver = messages(300), Receiver()
    with consuming(bus_url, receiver), publishing(bus_url) as publisher:
        publisher.publish(sent[:150])
        publisher.publish(sent[100:])  # as after a mark that was lost
        wait_until(lambda: receiver.has(*sent))
    assert list(dict.fromkeys(receiver.ids)) == [one.id for one in sent]


def test_what_an_operator_changed_of_the_stream_stays(nats_url: str) -> None:
    url = f"{nats_url}?namespace=operated"
    names = Names("operated", "ledger")
    config = StreamConfig(
        name=names.stream,
        subjects=["operated.events.>", "operated.replay.>"],
        description="ours",
        max_bytes=12_345_678,
    )

    async def make() -> None:
        async with await nats.connect(Address.parse(url).url) as client:
            await client.jetstream().add_stream(config)

    async def look() -> StreamConfig:
        async with await nats.connect(Address.parse(url).url) as client:
            return (await client.jetstream().stream_info(names.stream)).config

    with contextlib.ExitStack() as stack:
        stack.callback(clean_up, url)
        asyncio.run(make())
        with publishing(url) as publisher:
            publisher.publish(messages(3))
        now = asyncio.run(look())
    assert (now.description, now.max_bytes, now.allow_atomic) == ("ours", 12_345_678, True)
