"""Names, connections and streams in NATS JetStream (server 2.10 or later).

One stream holds every event for a week; each service has a durable pull consumer on it. A second
stream catches the advisories by which the server tells that a message was given up, so that none
is missed while nobody listens.
"""

import asyncio
import contextlib
import json
import re
from dataclasses import dataclass
from typing import Any, Final

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from shared.bus.interface import Address, Message
from shared.observability import logger

log = logger(__name__)

CONNECT_TIMEOUT: Final = 5.0  # seconds; also for each question to JetStream
_GOODBYE: Final = 1.0  # seconds for a server to take leave
_WEEK: Final = 7 * 24 * 3600.0  # as long as the outbox keeps what it published
# A full stream refuses (discard=new): events then wait in the outboxes, and nothing is lost. The
# server reserves this much of its disk when the stream is made; an operator may raise it there.
_EVENTS_BYTES: Final = 1024**3
_ADVISORIES_BYTES: Final = 64 * 1024**2
_DUPLICATE_WINDOW: Final = 120.0  # seconds
_TYPE_HEADER: Final = "Event-Type"
_WORD: Final = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Names:
    """What the namespace's streams and subjects, and the consumer of one service, are called."""

    namespace: str
    service: str

    @property
    def stream(self) -> str:
        """The stream of all events."""
        return self.namespace.upper()

    @property
    def durable(self) -> str:
        """The service's consumer; a name in NATS has no dots."""
        return f"{self.service}_events_v1"

    @property
    def next(self) -> str:
        """Where the service's consumer is asked for its next messages."""
        return f"$JS.API.CONSUMER.MSG.NEXT.{self.stream}.{self.durable}"

    @property
    def dead_stream(self) -> str:
        """The stream of the advisories."""
        return f"{self.stream}_DEAD"

    @property
    def dead_subjects(self) -> str:
        """The advisories on this service's consumer."""
        return f"$JS.EVENT.ADVISORY.CONSUMER.*.{self.stream}.{self.durable}"

    def event(self, type_: str) -> str:
        """Return the subject of events of one type."""
        return f"{self.namespace}.events.{type_}"

    def replay(self, type_: str) -> str:
        """Return the subject of events that are for this service alone."""
        return f"{self.namespace}.replay.{self.service}.{type_}"


def inbox_prefix(user: str) -> str:
    """Return where the server answers `user`: an account of its own may listen nowhere else."""
    return f"_INBOX.{user}" if _WORD.fullmatch(user) else "_INBOX"


async def connect(address: Address, name: str) -> tuple[Client, asyncio.Event]:
    """Return a connection, and the event that tells when it is lost.

    A lost connection does not come back: whoever needs one asks for the next. nats-py's own
    reconnection would give up after 60 attempts, hold published messages back in a buffer while
    their publisher waits, and leave a pull that the server has forgotten (nats.py #504).

    Raises:
        nats.errors.Error, OSError: there is no server.
    """
    lost = asyncio.Event()

    async def on_disconnect() -> None:
        lost.set()

    client = Client()
    try:
        await asyncio.wait_for(
            client.connect(
                address.with_password(),
                name=name,
                tls=address.tls.context() if address.tls else None,
                inbox_prefix=inbox_prefix(address.user),
                connect_timeout=2,
                allow_reconnect=False,
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                # A silent server is noticed after three intervals: 1.5 heartbeats.
                ping_interval=max(address.heartbeat // 2, 1),
                max_outstanding_pings=2,
                error_cb=_log_error,
                disconnected_cb=on_disconnect,
            ),
            CONNECT_TIMEOUT,
        )
    except BaseException:
        await close(client)
        raise
    return client, lost


async def close(client: Client) -> None:
    """Close the connection, also when the server no longer answers."""
    with contextlib.suppress(TimeoutError, NatsError, OSError):
        await asyncio.wait_for(client.close(), _GOODBYE)


async def _log_error(error: Exception) -> None:
    log.info("nats_error", error=repr(error))


async def ensure_streams(jetstream: JetStreamContext, names: Names) -> None:
    """Make the two streams where they don't exist; what an operator changed stays."""
    advisories = "$JS.EVENT.ADVISORY.CONSUMER"
    for config in (
        _stream(
            names.stream,
            [f"{names.namespace}.events.>", f"{names.namespace}.replay.>"],
            _EVENTS_BYTES,
        ),
        _stream(
            names.dead_stream,
            [
                f"{advisories}.MAX_DELIVERIES.{names.stream}.*",
                f"{advisories}.MSG_TERMINATED.{names.stream}.*",
            ],
            _ADVISORIES_BYTES,
        ),
    ):
        try:
            await jetstream.stream_info(str(config.name))
        except NotFoundError:
            await jetstream.add_stream(config)


async def allow_batches(client: Client, names: Names) -> bool:
    """Let the stream of all events take batches; return whether it does (server 2.12 or later).

    Whatever else stands in its configuration stays, also what nats-py has no name for.
    """
    info = await _ask(client, f"$JS.API.STREAM.INFO.{names.stream}")
    if not _are_allowed(info):
        config = {**info["config"], "allow_atomic": True}
        # An account that may not is not answered, and goes on without.
        with contextlib.suppress(TimeoutError, NatsError):
            info = await _ask(client, f"$JS.API.STREAM.UPDATE.{names.stream}", config)
    return _are_allowed(info)


def _are_allowed(info: dict[str, Any]) -> bool:
    return bool(info.get("config", {}).get("allow_atomic"))


async def _ask(client: Client, subject: str, question: object = None) -> dict[str, Any]:
    body = b"" if question is None else json.dumps(question).encode()
    answer = await client.request(subject, body, timeout=CONNECT_TIMEOUT)
    reply: dict[str, Any] = json.loads(answer.data)
    return reply


def _stream(name: str, subjects: list[str], max_bytes: int) -> StreamConfig:
    return StreamConfig(
        name=name,
        subjects=subjects,
        storage=StorageType.FILE,
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW,
        max_age=_WEEK,
        max_bytes=max_bytes,
        duplicate_window=_DUPLICATE_WINDOW,
    )


def headers(message: Message, deduplication_id: str) -> dict[str, str]:
    """Return the headers of `message`."""
    return {"Nats-Msg-Id": deduplication_id, "Event-Id": message.id, _TYPE_HEADER: message.type}


def received(event_headers: dict[str, Any] | None, subject: str, body: bytes | None) -> Message:
    """Return the message with these headers."""
    fields = event_headers or {}
    type_ = fields.get(_TYPE_HEADER, subject.rpartition(".")[2])
    return Message(fields.get("Event-Id", ""), type_, body or b"")
