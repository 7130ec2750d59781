"""What the account of one service may do in NATS: what it needs, and nothing of anybody else's.

Streams, consumers and dead letters belong to whoever owns the broker (`python -m deploy.bus`).
"""

from collections.abc import Iterable
from typing import TypedDict

from shared.bus.nats.topology import Names, inbox_prefix


class Permissions(TypedDict):
    """Subjects, as a server's configuration has them; every other one is refused."""

    publish: list[str]
    subscribe: list[str]


def permissions(names: Names, user: str, told: Iterable[str]) -> Permissions:
    """Return what the account of a service needs.

    Args:
        names: of the service.
        user: the account.
        told: the topics under which the service publishes.
    """
    streams = (names.stream, names.dead_stream)
    return {
        "publish": [
            *(names.event(type_) for type_ in told),
            *(f"$JS.API.STREAM.INFO.{stream}" for stream in streams),
            f"$JS.API.CONSUMER.INFO.{names.stream}.{names.durable}",
            names.next,
            f"$JS.ACK.{names.stream}.{names.durable}.>",
        ],
        "subscribe": [f"{inbox_prefix(user)}.>"],
    }
