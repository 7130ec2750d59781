"""Names, connections and declarations in RabbitMQ. Made for 3.10, valid on 4.x.

A topic exchange takes every event by its type; each service has a durable quorum queue, and
another one for its dead letters. Declaring again changes nothing; with other arguments it is
refused (406), so a change of arguments needs a new version in the queue's name.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker

from shared.bus.interface import Address, Message

CONNECT_TIMEOUT: Final = 5.0  # seconds
_ACCESS_REFUSED: Final = 403
# RabbitMQ counts the deliveries of crashed consumers too, and this is for the message that kills
# its consumer: wider than our own limit, for one that died beside it has a delivery more, and one
# that is held loses one every half an hour (`consumer_timeout`). It is RabbitMQ 4's default.
_DELIVERY_LIMIT: Final = 20
# Listing dead letters takes them and puts them back, which counts as a delivery; RabbitMQ 4
# would drop them after its default of 20. It knows -1 for "never", 3.10 does not.
_NEVER: Final = 1_000_000_000


@dataclass(frozen=True)
class Names:
    """What the namespace's exchanges, and the queues of one service, are called."""

    exchange: str
    dead_exchange: str
    queue: str
    dead_queue: str

    @classmethod
    def of(cls, address: Address, service: str) -> "Names":
        """Return the names for `service` in the address's namespace."""
        return cls(
            exchange=f"{address.namespace}.events",
            dead_exchange=f"{address.namespace}.dead",
            queue=f"{address.prefix}{service}.events.v1",
            dead_queue=f"{address.prefix}{service}.dead.v1",
        )


def parameters(address: Address, name: str) -> pika.URLParameters:
    """Return connection parameters under which nothing waits for ever.

    Args:
        name: what the broker shows for this connection.

    Raises:
        OSError: the password or a certificate cannot be read.
    """
    settings = pika.URLParameters(address.with_password())
    settings.heartbeat = address.heartbeat
    settings.blocked_connection_timeout = 1.5 * address.heartbeat
    settings.socket_timeout = CONNECT_TIMEOUT
    settings.stack_timeout = 2 * CONNECT_TIMEOUT
    settings.connection_attempts = 1
    if address.tls:
        host = urlsplit(address.url).hostname
        settings.ssl_options = pika.SSLOptions(address.tls.context(), host)
    settings.client_properties = {"connection_name": name}
    # What was sent and never arrived: the kernel gives up when the heartbeat would.
    settings.tcp_options = {"TCP_USER_TIMEOUT": 2000 * address.heartbeat}
    return settings


def declare(channel: BlockingChannel, names: Names, types: Sequence[str]) -> None:
    """Make the service's queues and bind `types` to them; an account that may not finds them made.

    Raises:
        pika.exceptions.AMQPError: they are not there.
    """
    attempt = channel.connection.channel()
    try:
        _make(attempt, names, types)
    except ChannelClosedByBroker as refusal:
        if refusal.reply_code != _ACCESS_REFUSED:
            raise
        for queue in (names.queue, names.dead_queue):
            channel.queue_declare(queue, passive=True)
    else:
        attempt.close()


def declare_exchange(channel: BlockingChannel, names: Names) -> None:
    """Make the exchange that publishers need; an account that may not finds it made.

    Raises:
        pika.exceptions.AMQPError: it is not there.
    """
    look = channel.connection.channel()
    try:
        look.exchange_declare(names.exchange, passive=True)
    except ChannelClosedByBroker:
        channel.exchange_declare(names.exchange, "topic", durable=True)
    else:
        look.close()


def _make(channel: BlockingChannel, names: Names, types: Sequence[str]) -> None:
    channel.exchange_declare(names.exchange, "topic", durable=True)
    channel.exchange_declare(names.dead_exchange, "direct", durable=True)
    channel.queue_declare(
        names.dead_queue,
        durable=True,
        arguments={"x-queue-type": "quorum", "x-delivery-limit": _NEVER},
    )
    channel.queue_bind(names.dead_queue, names.dead_exchange, names.queue)
    channel.queue_declare(names.queue, durable=True, arguments=_queue_arguments(names))
    for type_ in types:
        channel.queue_bind(names.queue, names.exchange, type_)


def _queue_arguments(names: Names) -> dict[str, Any]:
    return {
        "x-queue-type": "quorum",
        "x-delivery-limit": _DELIVERY_LIMIT,
        "x-dead-letter-exchange": names.dead_exchange,
        "x-dead-letter-routing-key": names.queue,
        # The default, at-most-once, may lose a dead letter when the broker dies in between.
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def properties(message: Message) -> pika.BasicProperties:
    """Return the properties of a persistent `message`.

    The type is in them because a dead letter has another routing key.
    """
    return pika.BasicProperties(
        message_id=message.id,
        type=message.type,
        content_type="application/cloudevents+json",
        delivery_mode=pika.DeliveryMode.Persistent.value,
    )


def received(properties: pika.BasicProperties, routing_key: str, body: bytes) -> Message:
    """Return the message that arrived."""
    return Message(properties.message_id or "", properties.type or routing_key, body)


@contextmanager
def channel_to(address: Address, name: str) -> Iterator[BlockingChannel]:
    """Open a connection with one channel for the length of a `with`.

    Args:
        name: what the broker shows for this connection.
    """
    connection = pika.BlockingConnection(parameters(address, name))
    try:
        yield connection.channel()
    finally:
        if connection.is_open:
            connection.close()
