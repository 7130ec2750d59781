"""Consuming through one service's durable pull consumer in NATS JetStream."""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from shared.bus import flow
from shared.bus.backoff import Backoff
from shared.bus.delivery import PREFETCH
from shared.bus.interface import Address, BusUnavailable, Handle
from shared.bus.nats.session import ACK_WAIT, Session
from shared.bus.nats.topology import (
    CONNECT_TIMEOUT,
    Names,
    allow_batches,
    close,
    connect,
    ensure_streams,
)
from shared.observability import logger

log = logger(__name__)

# The server counts the deliveries of killed consumers too, and this is for the message that kills
# its consumer: wider than our own limit, for one that died beside it has a delivery more; but
# each takes `ACK_WAIT`, and nothing flows meanwhile.
_MAX_DELIVER: Final = 10
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
            # What a server says of a refusal stands in its text alone.
            raise BusUnavailable(f"NATS does not do it: {str(error) or repr(error)}") from error

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
                    flow.stops(self._names.service, "in")
                    log.warning("bus_connection_lost", broker="nats", error=repr(error))
                    stop.wait(backoff.next())

    async def _declare_once(self) -> None:
        client, _ = await connect(self._address, f"{self._names.service} declaration")
        try:
            await self._declare(client)
            # Here, as those who publish need not be let do it.
            await allow_batches(client, self._names)
        finally:
            await close(client)

    async def _declare(self, client: Client) -> None:
        jetstream = client.jetstream(timeout=CONNECT_TIMEOUT)
        await ensure_streams(jetstream, self._names)
        # An account of a service's own may only look, and finds made what it needs.
        if not await self._is_there(jetstream):
            await jetstream.add_consumer(self._names.stream, self._config())

    async def _is_there(self, jetstream: JetStreamContext) -> bool:
        try:
            info = await jetstream.consumer_info(self._names.stream, self._names.durable)
        except NotFoundError:
            return False
        there, wanted = info.config, self._config()
        return set(there.filter_subjects or ()) == set(wanted.filter_subjects or ()) and all(
            getattr(there, name) == getattr(wanted, name)
            for name in ("ack_wait", "max_deliver", "max_ack_pending")
        )

    def _config(self) -> ConsumerConfig:
        subjects = [self._names.event(type_) for type_ in self._types]
        return ConsumerConfig(
            durable_name=self._names.durable,
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT,
            max_deliver=_MAX_DELIVER,
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
            flow.goes_on(self._names.service, "in")
            log.info("bus_consuming", broker="nats", durable=self._names.durable)
            await Session(client, self._names, handle, pool).run(stop, lost)
        finally:
            await close(client)
