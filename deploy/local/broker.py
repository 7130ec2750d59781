"""A message broker that was there before us: is it there, and which names in it are ours?"""

import asyncio
import socket
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import nats
import pika
from nats.errors import Error as NatsError
from pika.exceptions import AMQPError

from deploy.local.errors import RunError, first_line
from shared.bus.interface import Address
from shared.bus.rabbitmq import topology as rabbitmq

_SECONDS: Final = 3
_PORTS: Final = {"amqp": 5672, "amqps": 5671, "nats": 4222, "tls": 4222}


def with_namespace(url: str, namespace: str) -> str:
    """Return `url` with the name that all exchanges, queues and streams of this run begin with.

    A namespace that the URL names already stays.
    """
    parts = urlsplit(url)
    query = {"namespace": namespace, **dict(parse_qsl(parts.query))}
    return parts._replace(query=urlencode(query)).geturl()


def check(url: str) -> None:
    """Look whether the broker that BUS names lets us in.

    Raises:
        RunError: it doesn't answer, or refuses user, password or virtual host.
    """
    parts = urlsplit(url)
    try:
        address = Address.parse(url)
        # The clients try for long, or say it in three exceptions, when nobody listens.
        port = parts.port or _PORTS[parts.scheme]
        socket.create_connection((parts.hostname or "", port), _SECONDS).close()
        if address.scheme.startswith("amqp"):
            _open_rabbitmq(address)
        else:
            asyncio.run(asyncio.wait_for(_open_nats(address), _SECONDS))
    except (AMQPError, NatsError, OSError, TimeoutError, ValueError) as error:
        raise RunError(
            f"BUS {parts.netloc.rpartition('@')[2]} can't be opened: {first_line(error)}."
            " Is it running, are user and password right?"
        ) from error


def _open_rabbitmq(address: Address) -> None:
    parameters = rabbitmq.parameters(address, "look")
    parameters.socket_timeout = _SECONDS
    parameters.stack_timeout = _SECONDS
    parameters.blocked_connection_timeout = _SECONDS
    pika.BlockingConnection(parameters).close()


async def _open_nats(address: Address) -> None:
    async def quiet(_: Exception) -> None:
        """Leave it to the exception, which follows."""

    connection = await nats.connect(
        address.with_password(),
        tls=address.tls.context() if address.tls else None,
        connect_timeout=_SECONDS,
        allow_reconnect=False,
        error_cb=quiet,
    )
    await connection.close()
