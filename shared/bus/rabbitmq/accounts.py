"""What the account of who is on the bus may do in RabbitMQ: what it needs, nothing of others'.

Exchanges, queues and dead letters belong to whoever owns the broker (`python -m deploy.bus`).
"""

import re
from collections.abc import Iterable, Sequence
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
    """Return what the account of a service, or of a team that listens, needs.

    Args:
        names: of the service.
        told: the topics under which the service publishes; a team does not.
    """
    topics = list(told)
    return Permissions(
        configure=_NOTHING,
        write=_any_of([names.exchange] if topics else []),
        read=_any_of([names.queue, names.dead_queue]),
        topic_write=_any_of(topics),
        topic_read=_NOTHING,
    )


def _any_of(texts: Sequence[str]) -> str:
    return f"^({'|'.join(re.escape(text) for text in texts)})$" if texts else _NOTHING
