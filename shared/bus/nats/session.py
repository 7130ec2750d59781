"""One connection of a consumer to NATS: its messages are pulled, handled in batches, settled."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError
from nats.errors import Error as NatsError

from shared.bus import metrics
from shared.bus.delivery import (
    COUNT_EVERY,
    LINGER,
    LOOK,
    PREFETCH,
    Backlog,
    Delivery,
    Verdict,
    pause_before_redelivery,
    pause_before_retry,
)
from shared.bus.interface import BusUnavailable, Handle
from shared.bus.nats.topology import CONNECT_TIMEOUT, Names, received
from shared.observability import logger

log = logger(__name__)

# How long after a `kill -9` the server delivers again what the dead consumer held. A living one
# says in time that it still works on what it holds.
ACK_WAIT: Final = 4.0  # seconds
_PULL_FOR: Final = 10.0  # seconds
_IDLE_HEARTBEAT: Final = 4.0  # seconds; of a pull that is alive, at most half of it
_SILENCE: Final = 2.5 * _IDLE_HEARTBEAT  # seconds after which it is not
_TICK: Final = 0.2  # seconds for what was just told to be done


class Session:
    """The messages of one connection: pulled, handled in batches, settled.

    It pulls by itself, for `fetch()` of nats-py 2.16 waits for the whole batch or the whole
    timeout (nats.py #986) and may stay silent for good after a restart of the server (#504). Here
    the server's idle heartbeats tell that the pull is alive; where they end, the session ends.
    """

    def __init__(
        self, client: Client, names: Names, handle: Handle, pool: ThreadPoolExecutor
    ) -> None:
        self._client = client
        self._names = names
        self._pool = pool
        self._backlog: Backlog[Msg] = Backlog(names.service, handle)
        self._in_hand: dict[str, Msg] = {}
        self._is_handling = False
        self._is_careful = True  # until a message comes that nobody held before
        self._wanted = 0  # of what the pull asked for, as many have not come
        self._heard = 0.0  # when the server last answered a pull, by the loop's clock
        self._refusal: dict[str, str] | None = None
        self._came = asyncio.Event()
        self._left = asyncio.Event()
        self._ended = asyncio.Event()

    async def run(self, stop: threading.Event, lost: asyncio.Event) -> None:
        """Work until `stop`.

        Raises:
            nats.errors.Error, BusUnavailable: the connection is `lost`, or silent.
        """
        await _until_one_ends(
            self._work(stop), self._pull(), self._keep(), self._count(), _watch(lost)
        )
        # Another replica has the rest at once, not after the wait.
        for message in self._in_hand.values():
            await message.nak()

    async def _work(self, stop: threading.Event) -> None:
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            if not self._backlog:
                self._came.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK):
                        await self._came.wait()
                continue
            self._is_handling = True
            if self._backlog.is_short:
                await asyncio.sleep(LINGER)
            batch = self._backlog.take()
            verdict = await loop.run_in_executor(self._pool, self._backlog.attempt, batch)
            await self._settle(batch, verdict)
            self._is_handling = False
            self._left.set()

    async def _settle(self, batch: Sequence[Delivery[Msg]], verdict: Verdict) -> None:
        if verdict is Verdict.APART:
            self._backlog.put_back_apart(batch)
        elif verdict is Verdict.HOLD:
            self._hold(batch[0])
        else:
            for delivery in batch:
                del self._in_hand[delivery.tag.reply]
            try:
                await _tell(batch, verdict)
            except NatsError as error:
                # It is delivered again, and the inbox knows it.
                log.info("acknowledgement_lost", size=len(batch), error=repr(error))

    def _hold(self, delivery: Delivery[Msg]) -> None:
        again = replace(delivery, retries=delivery.retries + 1)
        pause = pause_before_retry(delivery.retries)
        asyncio.get_running_loop().call_later(pause, self._queue, again)

    def _queue(self, delivery: Delivery[Msg]) -> None:
        self._backlog.add(delivery)
        self._came.set()

    async def _pull(self) -> None:
        """Ask for messages whenever there is room, and wait until they have come."""
        inbox = self._client.new_inbox()
        subscription = await self._client.subscribe(inbox, cb=self._receive)
        try:
            await self._let_time_out()
            while True:
                while not (room := self._room()):
                    self._left.clear()
                    await self._left.wait()
                self._wanted = room
                self._ended.clear()
                await self._client.publish(self._names.next, _request(room), reply=inbox)
                await self._await_end()
        finally:
            # The server forgets the pull; else it would answer it with what is given back.
            with contextlib.suppress(NatsError):
                await subscription.unsubscribe()

    async def _await_end(self) -> None:
        """Wait until all that was asked for has come, or the pull is over without it.

        Raises:
            TimeoutError: the server is silent.
            BusUnavailable: it refuses the pull.
        """
        loop = asyncio.get_running_loop()
        self._heard = loop.time()
        # It is woken once for a pull, and not by each message of it.
        while not self._ended.is_set():
            silent_from = self._heard + _SILENCE
            if loop.time() >= silent_from:
                raise TimeoutError("The pull is silent")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(silent_from):
                    await self._ended.wait()
        if self._refusal:
            raise BusUnavailable(f"The pull ended: {self._refusal}")

    async def _let_time_out(self) -> None:
        """Wait until the server gives again what an earlier consumer held when it died.

        It gives that before all else, so the order holds.
        """
        jetstream = self._client.jetstream(timeout=CONNECT_TIMEOUT)
        info = await jetstream.consumer_info(self._names.stream, self._names.durable)
        if info.num_ack_pending:
            await asyncio.sleep(ACK_WAIT + _TICK)

    def _room(self) -> int:
        """Return how many messages may be asked for now.

        One at a time as long as they come from an earlier consumer: one of them may have killed
        it, and kills again. The server then counts a delivery against that one alone, not against
        all that is in hand.
        """
        if self._is_careful:
            return 0 if self._is_handling or self._backlog else 1
        in_hand = len(self._in_hand)
        return PREFETCH - in_hand if in_hand <= PREFETCH // 2 else 0

    async def _receive(self, message: Msg) -> None:
        """Queue what a pull brings, and note when it is over."""
        self._heard = asyncio.get_running_loop().time()
        status = (message.headers or {}).get("Status")
        if status is None:
            self._take(message)
            self._wanted -= 1
        elif status in {"404", "408"}:  # nothing came until the pull expired
            self._wanted = 0
        elif status != "100":
            # 409: the consumer was deleted, the server shuts down; 503: there is none.
            self._refusal = message.headers
        if self._refusal or not self._wanted:
            self._ended.set()

    def _take(self, message: Msg) -> None:
        self._in_hand[message.reply] = message
        count = message.metadata.num_delivered
        if count == 1:
            self._is_careful = False
        arrived = received(message.headers, message.subject, message.data)
        self._queue(Delivery(arrived, count, message))

    async def _keep(self) -> None:
        """Tell the server that what is in hand is still being worked on, where that takes long.

        Where it does not, the server is left to give all of it again in order.
        """
        before: set[str] = set()
        while True:
            await asyncio.sleep(ACK_WAIT / 4)
            if not before.isdisjoint(self._in_hand):
                for message in list(self._in_hand.values()):
                    await message.in_progress()
            before = set(self._in_hand)

    async def _count(self) -> None:
        jetstream = self._client.jetstream(timeout=CONNECT_TIMEOUT)
        while True:
            info = await jetstream.stream_info(
                self._names.dead_stream, subjects_filter=self._names.dead_subjects
            )
            count = sum((info.state.subjects or {}).values())
            metrics.DEAD_LETTERS.labels(self._names.service).set(count)
            await asyncio.sleep(COUNT_EVERY)


async def _tell(batch: Sequence[Delivery[Msg]], verdict: Verdict) -> None:
    """Tell the server what became of a batch, which is a single message where it failed."""
    *others, last = (delivery.tag for delivery in batch)
    if verdict is Verdict.DONE:
        # The server reads them in order, so its answer to the last one is one for all.
        for message in others:
            await message.ack()
        await last.ack_sync(CONNECT_TIMEOUT)
    elif verdict is Verdict.REDELIVER:
        await last.nak(pause_before_redelivery(batch[0].count))
    else:
        await last.term()


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
