"""Consuming through one service's durable pull consumer in NATS JetStream."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import ConnectionClosedError
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from shared.bus import metrics
from shared.bus.backoff import Backoff
from shared.bus.delivery import (
    BROKER_LIMIT,
    PREFETCH,
    Verdict,
    attempt,
    pause_before_redelivery,
    pause_before_retry,
)
from shared.bus.interface import Address, BusUnavailable, Handle
from shared.bus.nats.topology import (
    CONNECT_TIMEOUT,
    Names,
    close,
    connect,
    ensure_streams,
    received,
)
from shared.observability import logger

log = logger(__name__)

# How long after a `kill -9` the server delivers again what the dead consumer held. A living one
# says three times in this time that it still works on what it holds.
_ACK_WAIT: Final = 4.0  # seconds
_PULL_FOR: Final = 10.0  # seconds
_IDLE_HEARTBEAT: Final = 2.0  # seconds
_TICK: Final = 0.2  # seconds until `stop` is looked at
_COUNT_EVERY: Final = 15.0  # seconds between two counts of the dead letters
_LOST: Final = (NatsError, OSError, TimeoutError, BusUnavailable)


class NatsConsumer:
    """Consumes through one service's durable pull consumer."""

    def __init__(self, address: Address, service: str, types: Sequence[str]) -> None:
        self._address = address
        self._names = Names(address.namespace, service)
        self._types = types

    def declare(self) -> None:
        """See `Consumer.declare`."""
        try:
            asyncio.run(self._declare_once())
        except (NatsError, OSError, TimeoutError) as error:
            raise BusUnavailable(f"NATS does not answer: {error!r}") from error

    def consume(self, handle: Handle, stop: threading.Event) -> None:
        """See `Consumer.consume`."""
        backoff = Backoff()
        # Handlers run beside the loop, so that pings are answered meanwhile; one thread over all
        # connections, so that no two of them ever run at once.
        with ThreadPoolExecutor(1, thread_name_prefix="handler") as pool:
            while not stop.is_set():
                try:
                    asyncio.run(self._consume_once(handle, stop, pool, backoff))
                except _LOST as error:
                    log.warning("bus_connection_lost", broker="nats", error=repr(error))
                    stop.wait(backoff.next())

    async def _declare_once(self) -> None:
        client, _ = await connect(self._address, f"{self._names.service} declaration")
        try:
            await self._declare(client)
        finally:
            await close(client)

    async def _declare(self, client: Client) -> None:
        jetstream = client.jetstream(timeout=CONNECT_TIMEOUT)
        await ensure_streams(jetstream, self._names)
        await jetstream.add_consumer(self._names.stream, self._config())

    def _config(self) -> ConsumerConfig:
        subjects = [self._names.event(type_) for type_ in self._types]
        return ConsumerConfig(
            durable_name=self._names.durable,
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=_ACK_WAIT,
            max_deliver=BROKER_LIMIT,
            max_ack_pending=PREFETCH,
            filter_subjects=[*subjects, self._names.replay("*")],
        )

    async def _consume_once(
        self, handle: Handle, stop: threading.Event, pool: ThreadPoolExecutor, backoff: Backoff
    ) -> None:
        client, lost = await connect(self._address, f"{self._names.service} consumer")
        try:
            await self._declare(client)
            backoff.reset()
            log.info("bus_consuming", broker="nats", durable=self._names.durable)
            await _Session(client, self._names, handle, pool).run(stop, lost)
        finally:
            await close(client)


class _Session:
    """The messages of one connection: pulled, handled one by one, settled.

    It pulls by itself, for `fetch()` of nats-py 2.16 waits for the whole batch or the whole
    timeout (nats.py #986) and may stay silent for good after a restart of the server (#504). Here
    the server's idle heartbeats tell that the pull is alive; where they end, the session ends.
    """

    def __init__(
        self, client: Client, names: Names, handle: Handle, pool: ThreadPoolExecutor
    ) -> None:
        self._client = client
        self._names = names
        self._handle = handle
        self._pool = pool
        self._queue: asyncio.Queue[tuple[Msg, int]] = asyncio.Queue()
        self._in_hand: dict[str, Msg] = {}
        self._room = asyncio.Event()
        self._room.set()

    async def run(self, stop: threading.Event, lost: asyncio.Event) -> None:
        """Work until `stop`.

        Raises:
            nats.errors.Error, BusUnavailable: the connection is `lost`, or silent.
        """
        await _until_one_ends(
            self._work(stop), self._pull(), self._keep(), self._count(), _watch(lost)
        )
        # The next consumer has the rest at once and in order, not after the wait.
        for message in self._in_hand.values():
            await message.nak()

    async def _work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TICK):
                    message, retries = await self._queue.get()
                verdict = await self._attempt(message)
                await self._settle(message, verdict, retries)

    async def _attempt(self, message: Msg) -> Verdict:
        return await asyncio.get_running_loop().run_in_executor(
            self._pool,
            attempt,
            self._names.service,
            self._handle,
            received(message.headers, message.subject, message.data),
            message.metadata.num_delivered,
        )

    async def _settle(self, message: Msg, verdict: Verdict, retries: int) -> None:
        if verdict is Verdict.HOLD:
            again = (message, retries + 1)
            pause = pause_before_retry(retries)
            asyncio.get_running_loop().call_later(pause, self._queue.put_nowait, again)
            return
        try:
            if verdict is Verdict.DONE:
                await message.ack_sync(CONNECT_TIMEOUT)
            elif verdict is Verdict.REDELIVER:
                await message.nak(pause_before_redelivery(message.metadata.num_delivered))
            else:
                await message.term()
        except NatsError as error:
            # It is delivered again, and the inbox knows it.
            log.info("acknowledgement_lost", subject=message.subject, error=repr(error))
        del self._in_hand[message.reply]
        if len(self._in_hand) <= PREFETCH // 2:
            self._room.set()

    async def _pull(self) -> None:
        """Ask for messages whenever there is room, and queue what comes."""
        inbox = self._client.new_inbox()
        subscription = await self._client.subscribe(inbox)
        try:
            while True:
                await self._room.wait()
                wanted = PREFETCH - len(self._in_hand)
                await self._client.publish(self._names.next, _request(wanted), reply=inbox)
                await self._receive(subscription, wanted)
        finally:
            # The server forgets the pull; else it would answer it with what is given back.
            with contextlib.suppress(NatsError):
                await subscription.unsubscribe()

    async def _receive(self, subscription: Subscription, wanted: int) -> None:
        while wanted:
            message = await subscription.next_msg(timeout=2.5 * _IDLE_HEARTBEAT)
            status = (message.headers or {}).get("Status")
            if status is None:
                wanted -= 1
                self._take(message)
            elif status in {"404", "408"}:  # nothing came until the pull expired
                return
            elif status != "100":
                # 409: the consumer was deleted, the server shuts down; 503: there is none.
                raise BusUnavailable(f"The pull ended: {message.headers}")

    def _take(self, message: Msg) -> None:
        self._in_hand[message.reply] = message
        if len(self._in_hand) > PREFETCH // 2:
            self._room.clear()
        self._queue.put_nowait((message, 0))

    async def _keep(self) -> None:
        """Tell the server that what is in hand is still being worked on."""
        while True:
            await asyncio.sleep(_ACK_WAIT / 4)
            for message in list(self._in_hand.values()):
                await message.in_progress()

    async def _count(self) -> None:
        jetstream = self._client.jetstream(timeout=CONNECT_TIMEOUT)
        while True:
            info = await jetstream.stream_info(
                self._names.dead_stream, subjects_filter=self._names.dead_subjects
            )
            count = sum((info.state.subjects or {}).values())
            metrics.DEAD_LETTERS.labels(self._names.service).set(count)
            await asyncio.sleep(_COUNT_EVERY)


async def _watch(lost: asyncio.Event) -> None:
    await lost.wait()
    raise ConnectionClosedError


async def _until_one_ends(*works: Coroutine[Any, Any, None]) -> None:
    """Run `works` side by side until one of them returns or raises, and end the others.

    Not a TaskGroup: `asyncio.wait_for`, which nats-py uses everywhere, swallows a cancellation
    that comes in the moment of its result (until Python 3.12, cpython #86296). What a group
    cancels then goes on alone for ever, or adds tasks to a group that is shutting down.

    Raises:
        what the first of them raised.
    """
    tasks = [asyncio.create_task(work) for work in works]
    _, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    while others:
        for task in others:
            task.cancel()
        _, others = await asyncio.wait(others, timeout=_TICK)
    for error in [task.exception() for task in tasks if not task.cancelled()]:
        if error:
            raise error


def _request(batch: int) -> bytes:
    request = {
        "batch": batch,
        "expires": int(_PULL_FOR * 1e9),
        "idle_heartbeat": int(_IDLE_HEARTBEAT * 1e9),
    }
    return json.dumps(request).encode()
