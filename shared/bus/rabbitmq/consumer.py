"""Consuming one service's queue in RabbitMQ."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Any, Final

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError

from shared.bus import flow, metrics
from shared.bus.backoff import Backoff
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
from shared.bus.interface import Address, BusUnavailable, Handle
from shared.bus.rabbitmq.topology import Names, channel_to, declare, received
from shared.observability import logger

log = logger(__name__)

_MOMENT: Final = 0.05  # seconds


class RabbitConsumer:
    """Consumes one service's queue. Has a connection of its own: a broker that lacks memory stops
    reading from publishers, and acknowledgements must still get through.
    """

    def __init__(self, address: Address, service: str, types: Sequence[str]) -> None:
        self._address = address
        self._names = Names.of(address, service)
        self._service = service
        self._types = types

    def declare(self) -> None:
        """See `Consumer.declare`."""
        try:
            with self._channel() as channel:
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
                    flow.stops(self._service, "in")
                    log.warning("bus_connection_lost", broker="rabbitmq", error=repr(error))
                    stop.wait(backoff.next())

    def _channel(self) -> AbstractContextManager[BlockingChannel]:
        return channel_to(self._address, f"{self._service} consumer")

    def _consume_once(
        self, handle: Handle, stop: threading.Event, pool: ThreadPoolExecutor, backoff: Backoff
    ) -> None:
        with self._channel() as channel:
            declare(channel, self._names, self._types)
            deliveries = _Deliveries(Backlog(self._service, handle), channel, pool)
            backoff.reset()
            flow.goes_on(self._service, "in")
            log.info("bus_consuming", broker="rabbitmq", queue=self._names.queue)
            try:
                self._recover(channel, deliveries, stop)
                self._serve(channel, deliveries, stop)
                deliveries.finish()
            finally:
                deliveries.end()

    def _recover(
        self, channel: BlockingChannel, deliveries: "_Deliveries", stop: threading.Event
    ) -> None:
        """Take one by one what an earlier consumer held when it died.

        The queue gives that first. One of them may have killed it, and kills again: the broker
        then counts a delivery against that one alone, not against all that is prefetched.
        """
        while not stop.is_set():
            method, props, body = channel.basic_get(self._names.queue)
            if method is None:
                return
            deliveries.on_message(channel, method, props, body)
            if not method.redelivered:
                return
            while deliveries.are_at_work and channel.is_open:
                channel.connection.process_data_events(time_limit=_MOMENT)

    def _serve(
        self, channel: BlockingChannel, deliveries: "_Deliveries", stop: threading.Event
    ) -> None:
        if stop.is_set():
            return
        channel.basic_qos(prefetch_count=PREFETCH)
        channel.basic_consume(self._names.queue, deliveries.on_message)
        counted = float("-inf")
        # The broker cancels the consumer when the queue is deleted or moves to another node.
        while not stop.is_set() and channel.is_open and channel.consumer_tags:
            if time.monotonic() >= counted + COUNT_EVERY:
                dead = channel.queue_declare(self._names.dead_queue, passive=True)
                metrics.DEAD_LETTERS.labels(self._service).set(dead.method.message_count)
                counted = time.monotonic()
            channel.connection.process_data_events(time_limit=LOOK)


class _Deliveries:
    """The messages of one connection: from the broker to the handler's thread and back.

    Only `_work` runs in the handler's thread, everything else in the connection's.
    """

    def __init__(
        self, backlog: Backlog[int], channel: BlockingChannel, pool: ThreadPoolExecutor
    ) -> None:
        self._backlog = backlog
        self._channel = channel
        self._connection = channel.connection
        self._pool = pool
        self._unsettled: set[int] = set()  # tags that the broker waits for
        self._is_handling = False
        self._ended = threading.Event()

    @property
    def are_at_work(self) -> bool:
        """Whether something is handled or waits for that; what is held or given back does not."""
        return self._is_handling or bool(self._backlog)

    def on_message(
        self, _: BlockingChannel, method: Any, props: pika.BasicProperties, body: bytes
    ) -> None:
        """Queue a delivery for the handler."""
        message = received(props, method.routing_key, body)
        count = int((props.headers or {}).get("x-delivery-count", 0)) + 1
        self._unsettled.add(method.delivery_tag)
        self._queue(Delivery(message, count, method.delivery_tag))

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

    def _queue(self, delivery: Delivery[int]) -> None:
        self._backlog.add(delivery)
        if not self._is_handling:
            self._is_handling = True
            self._connection.call_later(LINGER if self._backlog.is_short else 0, self._go_on)

    def _go_on(self) -> None:
        """Give the next batch to the handler."""
        self._is_handling = bool(self._backlog) and not self._ended.is_set()
        if self._is_handling:
            self._pool.submit(self._work, self._backlog.take())

    def _work(self, batch: Sequence[Delivery[int]]) -> None:
        if self._ended.is_set():
            return
        verdict = self._backlog.attempt(batch)
        try:
            self._connection.add_callback_threadsafe(partial(self._settle, batch, verdict))
        except AMQPError as error:
            # It is delivered again on the next connection, and the inbox knows it.
            log.info("acknowledgement_lost", size=len(batch), error=repr(error))

    def _settle(self, batch: Sequence[Delivery[int]], verdict: Verdict) -> None:
        if verdict is Verdict.APART:
            self._backlog.put_back_apart(batch)
        elif verdict is Verdict.DONE:
            self._acknowledge({delivery.tag for delivery in batch})
        else:
            self._judge(batch[0], verdict)
        self._go_on()

    def _acknowledge(self, tags: set[int]) -> None:
        self._unsettled -= tags
        last = max(tags)
        if all(tag > last for tag in self._unsettled):
            self._channel.basic_ack(last, multiple=True)
        else:  # an earlier one is held or waits to be given back
            for tag in sorted(tags):
                self._channel.basic_ack(tag)

    def _judge(self, delivery: Delivery[int], verdict: Verdict) -> None:
        if verdict is Verdict.HOLD:
            again = replace(delivery, retries=delivery.retries + 1)
            pause = pause_before_retry(delivery.retries)
            self._connection.call_later(pause, partial(self._queue, again))
        elif verdict is Verdict.REDELIVER:
            # RabbitMQ itself would deliver it again at once.
            pause = pause_before_redelivery(delivery.count)
            self._connection.call_later(pause, partial(self._reject, delivery.tag, requeue=True))
        else:
            self._reject(delivery.tag, requeue=False)

    def _reject(self, tag: int, *, requeue: bool) -> None:
        """Reject, not nack: since RabbitMQ 4.3 only a reject counts as a failed delivery."""
        self._unsettled.discard(tag)
        self._channel.basic_reject(tag, requeue=requeue)
