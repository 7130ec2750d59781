"""What the account of one service may do in RabbitMQ: what it needs, and nothing of others'.

Exchanges, queues and dead letters belong to whoever owns the broker (`python -m deploy.bus`).
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from shared.bus.rabbitmq.topology import Names

_NOTHING = "^$"


class Permissions(NamedTuple):
    """Patterns of names, as `rabbitmqctl set_permissions` and `set_topic_permissions` take them."""

    configure: str
    write: str
    read: str
    topic_write: str
    topic_read: str


def permissions(names: Names, told: Iterable[str]) -> Permissions:
    """Return what the account of a service needs.

    Args:
        names: of the service.
        told: the topics under which the service publishes.
    """
    return Permissions(
        configure=_NOTHING,
        write=_any_of([names.exchange]),
        read=_any_of([names.queue, names.dead_queue]),
        topic_write=_any_of(told),
        topic_read=_NOTHING,
    )


def _any_of(texts: Iterable[str]) -> str:
    return f"^({'|'.join(re.escape(text) for text in texts)})$"
