"""Publishing to RabbitMQ: a window of messages, one wait for all of its confirms.

pika's BlockingConnection waits for each confirm in turn (measured: 1,900 messages a second;
pipelined: over 14,000), so this is a SelectConnection whose loop runs in a thread of its own and
answers heartbeats while the publisher has nothing to do.
"""

import contextlib
import threading
from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import TimeoutError as FutureTimeout
from functools import partial
from typing import Any, Final

import pika
from pika.channel import Channel
from pika.exceptions import AMQPError

from shared.bus.interface import Address, BusUnavailable, Message, Unroutable
from shared.bus.rabbitmq.topology import (
    CONNECT_TIMEOUT,
    Names,
    channel_to,
    declare_exchange,
    parameters,
    properties,
)

_GOODBYE: Final = 2.0  # seconds for a broker to answer a close


class RabbitPublisher:
    """Publishes with confirms; connects when first used and again after a failure."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._link: _Link | None = None

    def publish(self, messages: Sequence[Message]) -> None:
        """See `Publisher.publish`."""
        if not messages:
            return
        try:
            unroutable = self._connected().send(messages).result(2.0 * self._address.heartbeat)
        except (BusUnavailable, FutureTimeout, AMQPError, OSError) as error:
            self.close()
            raise BusUnavailable(f"RabbitMQ did not confirm: {error!r}") from error
        if unroutable:
            raise Unroutable(unroutable)

    def close(self) -> None:
        """Drop the connection."""
        if self._link:
            self._link.close()
            self._link = None

    def _connected(self) -> "_Link":
        if self._link is None:
            with channel_to(self._address, "publisher's exchange") as channel:
                declare_exchange(channel, Names.of(self._address, ""))
            self._link = _Link(self._address)
        self._link.ready.result(2 * CONNECT_TIMEOUT)
        return self._link


class _Window:
    """The messages on their way, by delivery tag, and what became of them."""

    def __init__(self) -> None:
        self.confirmed: Future[frozenset[str]] = Future()
        self.waiting: set[int] = set()
        self.refused = False
        self.returned: set[str] = set()

    def settle(self, tags: set[int], refused: bool) -> None:
        self.waiting -= tags
        self.refused |= refused
        if self.waiting or self.confirmed.done():
            return
        if self.refused:
            self.confirmed.set_exception(BusUnavailable("The broker refused a message"))
        else:
            self.confirmed.set_result(frozenset(self.returned))


class _Link:
    """One connection with one confirming channel. Everything with an underscore runs in its loop.

    Attributes:
        ready: done when messages may be sent; fails when there is no connection.
    """

    def __init__(self, address: Address) -> None:
        self.ready: Future[None] = Future()
        self._exchange = Names.of(address, "").exchange
        self._window = _Window()
        self._sent = 0
        self._has_ended = False
        self._channel: Channel | None = None
        self._connection = pika.SelectConnection(
            parameters(address, "publisher"),
            on_open_callback=self._on_open,
            on_open_error_callback=self._on_connection_lost,
            on_close_callback=self._on_connection_lost,
        )
        threading.Thread(target=self._run, name="rabbitmq-publisher", daemon=True).start()

    def send(self, messages: Sequence[Message]) -> "Future[frozenset[str]]":
        """Send a window; the future holds the ids that no queue takes."""
        window = self._window = _Window()
        self._connection.ioloop.add_callback_threadsafe(partial(self._send, window, messages))
        # A loop that has ended takes what it will never call, without a word.
        if self._has_ended:
            self._fail(BusUnavailable("The connection was lost"))
        return window.confirmed

    def close(self) -> None:
        """End the connection and its thread, also when the broker no longer answers."""
        # The loop is closed already when the connection was lost.
        with contextlib.suppress(AMQPError, RuntimeError, OSError, ValueError):
            self._connection.ioloop.add_callback_threadsafe(self._close)

    def _run(self) -> None:
        try:
            self._connection.ioloop.start()
        finally:
            # First, so that a window is failed here or by its sender.
            self._has_ended = True
            self._fail(BusUnavailable("The connection is closed"))
            self._connection.ioloop.close()

    def _close(self) -> None:
        self._connection.ioloop.call_later(_GOODBYE, self._connection.ioloop.stop)
        if self._connection.is_open:
            self._connection.close()

    def _on_open(self, connection: pika.SelectConnection) -> None:
        connection.channel(on_open_callback=self._on_channel)

    def _on_channel(self, channel: Channel) -> None:
        self._channel = channel
        channel.add_on_close_callback(self._on_channel_lost)
        channel.add_on_return_callback(self._on_return)
        channel.confirm_delivery(self._on_confirm, callback=self._on_confirming)

    def _on_confirming(self, _: Any) -> None:
        self.ready.set_result(None)

    def _send(self, window: _Window, messages: Sequence[Message]) -> None:
        if self._channel is None or not self._channel.is_open:
            window.confirmed.set_exception(BusUnavailable("The connection is closed"))
            return
        window.waiting = set(range(self._sent + 1, self._sent + len(messages) + 1))
        self._sent += len(messages)
        for message in messages:
            self._channel.basic_publish(
                self._exchange, message.type, message.body, properties(message), mandatory=True
            )

    def _on_return(self, _: Channel, __: Any, props: pika.BasicProperties, ___: bytes) -> None:
        # Before the confirm of the same message: an unroutable one is confirmed, too.
        self._window.returned.add(str(props.message_id))

    def _on_confirm(self, frame: Any) -> None:
        confirm = frame.method
        tags = {confirm.delivery_tag}
        if confirm.multiple:
            tags = {tag for tag in self._window.waiting if tag <= confirm.delivery_tag}
        self._window.settle(tags, refused=isinstance(confirm, pika.spec.Basic.Nack))

    def _on_channel_lost(self, _: Channel, reason: Exception) -> None:
        self._fail(BusUnavailable(repr(reason)))
        if self._connection.is_open:
            self._connection.close()

    def _on_connection_lost(self, _: pika.SelectConnection, reason: Exception) -> None:
        self._fail(BusUnavailable(repr(reason)))
        self._connection.ioloop.stop()

    def _fail(self, error: BusUnavailable) -> None:
        for future in (self.ready, self._window.confirmed):
            with contextlib.suppress(InvalidStateError):  # it is done already
                future.set_exception(error)
