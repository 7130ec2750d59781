"""Consuming one service's queue in RabbitMQ."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError

from shared.bus import metrics
from shared.bus.backoff import Backoff
from shared.bus.delivery import (
    PREFETCH,
    Verdict,
    attempt,
    pause_before_redelivery,
    pause_before_retry,
)
from shared.bus.interface import Address, BusUnavailable, Handle, Message
from shared.bus.rabbitmq.topology import Names, channel_to, declare, parameters, received
from shared.observability import logger

log = logger(__name__)

_TICK: Final = 0.2  # seconds until `stop` is looked at
_MOMENT: Final = 0.05  # seconds
_COUNT_EVERY: Final = 75  # ticks between two counts of the dead letters


class RabbitConsumer:
    """Consumes one service's queue. Has a connection of its own: a broker that lacks memory stops
    reading from publishers, and acknowledgements must still get through.
    """

    def __init__(self, address: Address, service: str, types: Sequence[str]) -> None:
        self._parameters = parameters(address, f"{service} consumer")
        self._names = Names.of(address, service)
        self._service = service
        self._types = types

    def declare(self) -> None:
        """See `Consumer.declare`."""
        try:
            with channel_to(self._parameters) as channel:
                declare(channel, self._names, self._types)
        except (AMQPError, OSError) as error:
            raise BusUnavailable(f"RabbitMQ does not answer: {error!r}") from error

    def consume(self, handle: Handle, stop: threading.Event) -> None:
        """See `Consumer.consume`."""
        backoff = Backoff()
        # Handlers run beside the connection, so that heartbeats are answered meanwhile; one
        # thread over all connections, so that no two of them ever run at once.
        with ThreadPoolExecutor(1, thread_name_prefix="handler") as pool:
            while not stop.is_set():
                try:
                    self._consume_once(handle, stop, pool, backoff)
                except (AMQPError, OSError) as error:
                    log.warning("bus_connection_lost", broker="rabbitmq", error=repr(error))
                    stop.wait(backoff.next())

    def _consume_once(
        self, handle: Handle, stop: threading.Event, pool: ThreadPoolExecutor, backoff: Backoff
    ) -> None:
        with channel_to(self._parameters) as channel:
            declare(channel, self._names, self._types)
            channel.basic_qos(prefetch_count=PREFETCH)
            deliveries = _Deliveries(self._service, handle, channel, pool)
            channel.basic_consume(self._names.queue, deliveries.on_message)
            backoff.reset()
            log.info("bus_consuming", broker="rabbitmq", queue=self._names.queue)
            try:
                self._serve(channel, stop)
                deliveries.finish()
            finally:
                deliveries.end()

    def _serve(self, channel: BlockingChannel, stop: threading.Event) -> None:
        ticks = 0
        # The broker cancels the consumer when the queue is deleted or moves to another node.
        while not stop.is_set() and channel.is_open and channel.consumer_tags:
            if ticks % _COUNT_EVERY == 0:
                dead = channel.queue_declare(self._names.dead_queue, passive=True)
                metrics.DEAD_LETTERS.labels(self._service).set(dead.method.message_count)
            channel.connection.process_data_events(time_limit=_TICK)
            ticks += 1


class _Deliveries:
    """The messages of one connection: from the broker to the handler's thread and back."""

    def __init__(
        self, service: str, handle: Handle, channel: BlockingChannel, pool: ThreadPoolExecutor
    ) -> None:
        self._service = service
        self._handle = handle
        self._channel = channel
        self._connection = channel.connection
        self._pool = pool
        self._ended = threading.Event()

    def on_message(
        self, _: BlockingChannel, method: Any, props: pika.BasicProperties, body: bytes
    ) -> None:
        """Queue a delivery for the handler."""
        message = received(props, method.routing_key, body)
        deliveries = int((props.headers or {}).get("x-delivery-count", 0)) + 1
        self._pool.submit(self._work, message, method.delivery_tag, deliveries, 0)

    def end(self) -> None:
        """Let what is queued fall; the broker delivers it again."""
        self._ended.set()

    def finish(self) -> None:
        """End, and acknowledge what was handled: every requeued message counts as delivered."""
        self.end()
        idle = self._pool.submit(lambda: None)
        while not idle.done():
            self._connection.process_data_events(time_limit=_MOMENT)
        self._connection.process_data_events(time_limit=0)

    def _work(self, message: Message, tag: int, deliveries: int, retries: int) -> None:
        """Handle one message; runs in the handler's thread."""
        if self._ended.is_set():
            return
        verdict = attempt(self._service, self._handle, message, deliveries)
        tell = {
            Verdict.DONE: partial(self._channel.basic_ack, tag),
            Verdict.BURY: partial(self._channel.basic_reject, tag, requeue=False),
            Verdict.REDELIVER: partial(self._give_back, tag, deliveries),
            Verdict.HOLD: partial(self._hold, message, tag, deliveries, retries),
        }[verdict]
        try:
            self._connection.add_callback_threadsafe(tell)
        except AMQPError as error:
            # It is delivered again on the next connection, and the inbox knows it.
            log.info("acknowledgement_lost", id=message.id, error=repr(error))

    def _give_back(self, tag: int, deliveries: int) -> None:
        """Reject after a pause: RabbitMQ itself would deliver it again at once.

        Reject, not nack: since RabbitMQ 4.3 only a reject counts as a failed delivery.
        """
        self._connection.call_later(
            pause_before_redelivery(deliveries),
            partial(self._channel.basic_reject, tag, requeue=True),
        )

    def _hold(self, message: Message, tag: int, deliveries: int, retries: int) -> None:
        again = partial(self._pool.submit, self._work, message, tag, deliveries, retries + 1)
        self._connection.call_later(pause_before_retry(retries), again)
