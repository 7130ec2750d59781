"""The event bus: one interface, RabbitMQ and NATS JetStream behind it, chosen by a URL."""

from collections.abc import Sequence

from shared.bus.interface import (
    Address,
    BusError,
    BusUnavailable,
    Consumer,
    DeadLetter,
    DeadLetters,
    Message,
    Publisher,
    Unroutable,
)
from shared.bus.nats import NatsConsumer, NatsDeadLetters, NatsPublisher
from shared.bus.rabbitmq import RabbitConsumer, RabbitDeadLetters, RabbitPublisher

__all__ = [
    "BusError",
    "BusUnavailable",
    "Consumer",
    "DeadLetter",
    "DeadLetters",
    "Message",
    "Publisher",
    "Unroutable",
    "consumer",
    "dead_letters",
    "publisher",
]


def publisher(url: str) -> Publisher:
    """Return a publisher to the bus at `url` (`EVENT_BUS_URL`); it connects when first used."""
    address = Address.parse(url)
    if _is_rabbitmq(address):
        return RabbitPublisher(address)
    return NatsPublisher(address)


def consumer(url: str, service: str, types: Sequence[str]) -> Consumer:
    """Return the consumer of `service`.

    Args:
        types: the event types it wants; `("*",)` is every one.
    """
    address = Address.parse(url)
    if _is_rabbitmq(address):
        return RabbitConsumer(address, service, types)
    return NatsConsumer(address, service, types)


def dead_letters(url: str, service: str) -> DeadLetters:
    """Return the dead letters of `service`."""
    address = Address.parse(url)
    if _is_rabbitmq(address):
        return RabbitDeadLetters(address, service)
    return NatsDeadLetters(address, service)


def _is_rabbitmq(address: Address) -> bool:
    return address.scheme.startswith("amqp")
