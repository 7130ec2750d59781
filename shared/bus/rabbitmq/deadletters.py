"""The dead-letter queue of one service in RabbitMQ."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError

from shared.bus.interface import Address, BusUnavailable, DeadLetter, Message
from shared.bus.rabbitmq.topology import (
    Names,
    channel_to,
    declare,
    properties,
    received,
)


class RabbitDeadLetters:
    """The dead-letter queue of one service."""

    def __init__(self, address: Address, service: str) -> None:
        self._address = address
        self._service = service
        self._names = Names.of(address, service)

    def list(self, limit: int = 100) -> Sequence[DeadLetter]:
        """See `DeadLetters.list`."""
        with self._browsing() as channel:
            return [letter for _, letter in self._taken(channel, limit)]

    def replay(self, message_id: str | None = None) -> int:
        """See `DeadLetters.replay`."""
        with self._browsing() as channel:
            channel.confirm_delivery()
            # Not those that die again meanwhile: a poison message would go round for ever.
            count = channel.queue_declare(self._names.dead_queue, passive=True).method.message_count
            replayed = 0
            for tag, letter in self._taken(channel, count):
                if message_id in {None, letter.message.id}:
                    self._replay(channel, tag, letter.message)
                    replayed += 1
            return replayed

    def _replay(self, channel: BlockingChannel, tag: int, message: Message) -> None:
        # Straight into this service's queue: the other services have handled it.
        channel.basic_publish(
            "", self._names.queue, message.body, properties(message), mandatory=True
        )
        channel.basic_ack(tag)

    def _taken(self, channel: BlockingChannel, limit: int) -> Iterator[tuple[int, DeadLetter]]:
        """Take up to `limit` letters; closing the channel puts back what is not acknowledged."""
        for _ in range(limit):
            method, props, body = channel.basic_get(self._names.dead_queue)
            if method is None:
                return
            yield method.delivery_tag, _letter(props, body)

    @contextmanager
    def _browsing(self) -> Iterator[BlockingChannel]:
        try:
            with channel_to(self._address, f"{self._service} dead letters") as channel:
                declare(channel, self._names, types=())
                yield channel
        except (AMQPError, OSError) as error:
            raise BusUnavailable(f"RabbitMQ does not answer: {error!r}") from error


def _letter(props: pika.BasicProperties, body: bytes) -> DeadLetter:
    death = ((props.headers or {}).get("x-death") or [{}])[0]
    return DeadLetter(
        message=received(props, "", body),
        died_at=death.get("time", datetime.min.replace(tzinfo=UTC)),
        reason=str(death.get("reason", "unknown")),
    )
