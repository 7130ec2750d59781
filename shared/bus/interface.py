"""What a broker does for us, whichever it is.

BusError
├── BusUnavailable   not everything was confirmed; publish it all again
└── Unroutable       nobody wants these; everything else is confirmed
"""

import re
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import parse_qsl, quote, urlsplit

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DEFAULT_NAMESPACE: Final = "finance"
_WITH_TLS: Final = frozenset({"amqps", "tls"})
_TLS_FILES: Final = ("ca_file", "cert_file", "key_file")


class BusError(Exception):
    """The broker did not do what it was asked."""


class BusUnavailable(BusError):
    """The broker did not confirm everything; some of it may have arrived."""


class Unroutable(BusError):
    """Nobody wants some messages: they are not stored. All others are confirmed.

    Args:
        ids: of the messages that no queue takes.
    """

    def __init__(self, ids: frozenset[str]) -> None:
        super().__init__(f"No queue takes {len(ids)} of the messages")
        self.ids = ids


@dataclass(frozen=True)
class Message:
    """What travels: the broker reads the id and the type, only services read the body.

    Attributes:
        type: the event's topic: its type, or another word for those that were announced.
    """

    id: str
    type: str
    body: bytes


@dataclass(frozen=True)
class DeadLetter:
    """A message that was given up.

    Attributes:
        died_at: when, by the broker's clock.
        reason: the broker's word for it.
    """

    message: Message
    died_at: datetime
    reason: str


Handle = Callable[[Sequence[Message]], None]


class Publisher(Protocol):
    """Gives messages to the broker. For one thread; connects when it is first needed."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Return when the broker holds every message durably, in this order.

        Raises:
            BusUnavailable: not all are confirmed; publish them again.
            Unroutable: names those that no queue takes; the others are confirmed.
        """

    def close(self) -> None:
        """Drop the connection."""


class Consumer(Protocol):
    """Takes the messages of one service's queue."""

    def declare(self) -> None:
        """Make the service's queue, so that nothing published from now on passes it by.

        Raises:
            BusUnavailable: the broker does not answer.
        """

    def consume(self, handle: Handle, stop: threading.Event) -> None:
        """Call `handle` with what arrives, in order, until `stop`, over every disconnection.

        Returning acknowledges all that it was called with. When it raises, none of that is done;
        several are then handed over one by one, and one that raises by itself is judged: after
        `shared.errors.Unavailable` it is kept and tried again until what it needs is back; any
        other error counts, and after the fifth delivery the message is a dead letter. Other
        messages flow on meanwhile. What a process held that was killed is handed over one by
        one, too, and nothing else is taken meanwhile: only what kills it again is counted on.
        """


class DeadLetters(Protocol):
    """The messages that one service gave up."""

    def list(self, limit: int = 100) -> Sequence[DeadLetter]:
        """Return the oldest ones; they stay.

        Raises:
            BusUnavailable: the broker does not answer.
        """

    def replay(self, message_id: str | None = None) -> int:
        """Give one, or all, to the service's queue again; return how many.

        Raises:
            BusUnavailable: the broker does not answer; what was not replayed is still there.
        """


@dataclass(frozen=True)
class Tls:
    """How a broker is known, and a client to it.

    Attributes:
        ca_file: certificates that sign brokers'; those of the system by default.
        cert_file, key_file: the client's own, where the broker asks for one.
    """

    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None

    def context(self) -> ssl.SSLContext:
        """Return what a connection is opened with; the files are read for each.

        Raises:
            OSError: one of them cannot be read, or is none.
        """
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.cert_file:
            context.load_cert_chain(self.cert_file, self.key_file)
        return context


@dataclass(frozen=True)
class Address:
    """Where the bus is, from `EVENT_BUS_URL`.

    Attributes:
        url: without our own query parameters.
        password_file: where the password lies that `url` lacks; read anew for each connection.
        namespace: installations with different ones share a broker without meeting.
        heartbeat: seconds; a peer that is silent for two of them is given up.
        tls: of `amqps` and `tls`; None where nothing is encrypted.
    """

    url: str
    scheme: str
    namespace: str = _DEFAULT_NAMESPACE
    heartbeat: int = 20
    password_file: Path | None = None
    tls: Tls | None = None

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Return the address in `amqp(s)|nats|tls://user:password@host:port?namespace=…`.

        With `&password_file=…` the password lies there, where it may be replaced meanwhile; with
        `&ca_file=…&cert_file=…&key_file=…` so do the certificates of an encrypted connection.

        Raises:
            ValueError: the scheme or a parameter is unknown or malformed.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"amqp", "amqps", "nats", "tls"}:
            raise ValueError(f"Not an event bus: {parts.scheme}://…; use amqp:// or nats://")
        parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
        namespace = parameters.pop("namespace", _DEFAULT_NAMESPACE)
        heartbeat = int(parameters.pop("heartbeat", "20"))
        password_file = parameters.pop("password_file", None)
        files: dict[str, str] = {
            name: parameters.pop(name) for name in _TLS_FILES if name in parameters
        }
        if parameters:
            raise ValueError(f"Unknown event bus parameters: {', '.join(sorted(parameters))}")
        if not _NAME.fullmatch(namespace):
            raise ValueError("An event bus namespace has 1–64 letters, digits, _ or -")
        if heartbeat < 1:
            raise ValueError("An event bus heartbeat has at least one second")
        plain = parts._replace(query="").geturl()
        file = Path(password_file) if password_file else None
        return cls(plain, parts.scheme, namespace, heartbeat, file, _tls(parts.scheme, files))

    @property
    def user(self) -> str:
        """Who logs in, "" for nobody."""
        return urlsplit(self.url).username or ""

    def with_password(self) -> str:
        """Return the URL with the password as it is now.

        Raises:
            OSError: it cannot be read.
        """
        if self.password_file is None:
            return self.url
        password = quote(self.password_file.read_text("ascii").strip(), safe="")
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=f"{self.user}:{password}@{host}").geturl()

    @property
    def prefix(self) -> str:
        """What stands before queue names: nothing in the usual namespace."""
        return "" if self.namespace == _DEFAULT_NAMESPACE else f"{self.namespace}."


def _tls(scheme: str, files: Mapping[str, str]) -> Tls | None:
    if scheme not in _WITH_TLS:
        if files:
            raise ValueError(f"{', '.join(sorted(files))}: an encrypted bus is amqps:// or tls://")
        return None
    if "key_file" in files and "cert_file" not in files:
        raise ValueError("An event bus key_file goes with a cert_file")
    return Tls(**files)
