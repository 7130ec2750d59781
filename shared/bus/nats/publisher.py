"""Publishing to NATS JetStream: a window of messages at once, one wait for all of them.

A window is an atomic batch (ADR-50) where the server knows that: stored as a whole, acknowledged
by one answer and, since 2.15, on disk by one fsync instead of one for each message.
"""

import asyncio
import secrets
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, replace
from typing import Any, Final

from nats.aio.client import Client
from nats.errors import ConnectionClosedError
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError

from shared.bus.interface import Address, BusUnavailable, Message
from shared.bus.nats.topology import (
    CONNECT_TIMEOUT,
    Names,
    allow_batches,
    close,
    connect,
    ensure_streams,
    headers,
)
from shared.observability import logger

log = logger(__name__)

_SETTING_UP: Final = 4 * CONNECT_TIMEOUT  # seconds: to connect, and to make two streams


@dataclass(frozen=True)
class _Link:
    client: Client
    jetstream: JetStreamContext
    lost: asyncio.Event
    takes_batches: bool


class NatsPublisher:
    """Publishes with acknowledgements; its loop runs in a thread of its own, so that pings go on.

    The stream keeps what nobody wants yet, so nothing is ever `Unroutable`.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._names = Names(address.namespace, "")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._link: _Link | None = None

    def publish(self, messages: Sequence[Message]) -> None:
        """See `Publisher.publish`."""
        try:
            self._run(self._publish(messages))
        except (NatsError, OSError, TimeoutError, FutureTimeout) as error:
            self._run(self._drop())
            raise BusUnavailable(f"NATS did not confirm: {error!r}") from error

    def close(self) -> None:
        """Drop the connection."""
        if self._loop:
            self._run(self._drop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = None

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(
                target=_serve, args=(self._loop,), name="nats-publisher", daemon=True
            ).start()
        asyncio.run_coroutine_threadsafe(work, self._loop).result(
            self._address.heartbeat + _SETTING_UP
        )

    async def _publish(self, messages: Sequence[Message]) -> None:
        link = await self._connected()
        confirmed = asyncio.create_task(self._send(link, messages))
        lost = asyncio.create_task(link.lost.wait())
        await asyncio.wait({confirmed, lost}, return_when=asyncio.FIRST_COMPLETED)
        lost.cancel()
        if not confirmed.done():
            confirmed.cancel()
            raise ConnectionClosedError
        confirmed.result()

    async def _send(self, link: _Link, messages: Sequence[Message]) -> None:
        if link.takes_batches and len(messages) > 1:
            try:
                return await self._send_batch(link, messages)
            except APIError as error:
                # A message of it is stored already: its confirm, or our mark, was lost.
                log.info("nats_batch_refused", error=repr(error))
        # Tasks start in order, so the stream holds the messages in order.
        await asyncio.gather(*(self._send_one(link, message) for message in messages))
        return None

    async def _send_batch(self, link: _Link, messages: Sequence[Message]) -> None:
        """Send `messages` as one.

        Raises:
            nats.js.errors.APIError: none of them is stored.
        """
        batch = {"Nats-Batch-Id": secrets.token_hex(8)}
        for number, message in enumerate(messages[:-1], 1):
            numbered = {**batch, "Nats-Batch-Sequence": str(number)}
            await link.client.publish(
                self._names.event(message.type),
                message.body,
                headers=headers(message, message.id) | numbered,
            )
        commit = {"Nats-Batch-Sequence": str(len(messages)), "Nats-Batch-Commit": "1"}
        await self._send_one(link, messages[-1], batch | commit)

    async def _send_one(
        self, link: _Link, message: Message, more: dict[str, str] | None = None
    ) -> None:
        await link.jetstream.publish(
            self._names.event(message.type),
            message.body,
            timeout=self._address.heartbeat,
            headers=headers(message, message.id) | (more or {}),
        )

    async def _connected(self) -> _Link:
        if self._link is None:
            client, lost = await connect(self._address, "publisher")
            jetstream = client.jetstream(timeout=CONNECT_TIMEOUT)
            # Held already, so that it is dropped when a stream cannot be made.
            self._link = _Link(client, jetstream, lost, takes_batches=False)
            await ensure_streams(jetstream, self._names)
            takes_batches = await allow_batches(client, self._names)
            self._link = replace(self._link, takes_batches=takes_batches)
        return self._link

    async def _drop(self) -> None:
        if self._link:
            await close(self._link.client)
            self._link = None


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()
