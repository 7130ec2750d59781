"""Publishing to NATS JetStream: a window of messages at once, one wait for all of its acks."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Any, Final

from nats.aio.client import Client
from nats.errors import ConnectionClosedError
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from shared.bus.interface import Address, BusUnavailable, Message
from shared.bus.nats.topology import CONNECT_TIMEOUT, Names, close, connect, ensure_streams, headers

_SETTING_UP: Final = 4 * CONNECT_TIMEOUT  # seconds: to connect, and to make two streams


@dataclass(frozen=True)
class _Link:
    client: Client
    jetstream: JetStreamContext
    lost: asyncio.Event


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
        # Tasks start in order, so the stream holds the messages in order.
        confirmed = asyncio.gather(
            *(
                link.jetstream.publish(
                    self._names.event(message.type),
                    message.body,
                    timeout=self._address.heartbeat,
                    headers=headers(message, message.id),
                )
                for message in messages
            )
        )
        lost = asyncio.create_task(link.lost.wait())
        either: set[asyncio.Future[Any]] = {confirmed, lost}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        lost.cancel()
        if not confirmed.done():
            confirmed.cancel()
            raise ConnectionClosedError
        confirmed.result()

    async def _connected(self) -> _Link:
        if self._link is None:
            client, lost = await connect(self._address, "publisher")
            self._link = _Link(client, client.jetstream(timeout=CONNECT_TIMEOUT), lost)
            await ensure_streams(self._link.jetstream, self._names)
        return self._link

    async def _drop(self) -> None:
        if self._link:
            await close(self._link.client)
            self._link = None


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()
