"""The way out to the receivers, and to nobody else: no private address is ever connected to.

A name is resolved once; every address that it has must be public; the connection goes to one of
these very addresses. So a name that answers otherwise the next moment changes nothing.
"""

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Any, Final, cast

from services.webhooks.domain import addresses, targets
from services.webhooks.domain.targets import Refused, Target

Resolver = Callable[[str, int], Sequence[str]]

_CONNECT_WITHIN: Final = 3.0  # seconds; the resolver has as many
_MOST_READ: Final = 16 * 1024  # bytes of an answer, its head included
_HTTP_ERRORS: Final = (OSError, http.client.HTTPException)


class Undelivered(Exception):
    """There was no answer; the message is for the webhook's owner."""


@dataclass(frozen=True)
class Answer:
    """What a receiver said: its status and the `Retry-After` header."""

    status: int
    retry_after: str | None


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of `host` as the system knows them.

    Raises:
        OSError: it has none.
    """
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


class Network:
    """Sends to receivers.

    Args:
        allow_private: accept http and private addresses too, for development.
        resolver: name and port → addresses.
        certificates: of the authorities that are believed; the system's by default.
        answer_within: seconds from the beginning, by the wall clock.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        resolver: Resolver = resolve,
        certificates: str | None = None,
        answer_within: float = 15.0,
    ) -> None:
        self._allow_private = allow_private
        self._resolver = resolver
        self._answer_within = answer_within
        self._tls = ssl.create_default_context(cafile=certificates)

    def check(self, url: str) -> None:
        """Refuse a URL that would not be delivered to.

        A name that has no address at the moment passes: it is looked at again at each attempt.

        Raises:
            Refused: it is malformed, not https, or leads to an address that is not public.
        """
        target = targets.parse(url, allow_private=self._allow_private)
        with suppress(OSError):
            self._addresses(target)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send `body` and return the answer; redirects are answers like others.

        Raises:
            Undelivered: nothing could be sent, or nothing came back in time.
        """
        deadline = time.monotonic() + self._answer_within
        try:
            target = targets.parse(url, allow_private=self._allow_private)
            ips = self._addresses(target)
            with closing(self._connected(target, ips, deadline)) as connection:
                return _exchange(connection, _request(target, body, headers), deadline)
        except Refused as error:
            raise Undelivered(str(error)) from error
        except TimeoutError as error:
            raise Undelivered("No answer in time.") from error
        except ssl.SSLCertVerificationError as error:
            raise Undelivered(f"The certificate is not valid: {error.verify_message}.") from error
        except _HTTP_ERRORS as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise Undelivered(f"The connection failed: {reason}.") from error

    def _addresses(self, target: Target) -> Sequence[str]:
        """Return the addresses of the target, all of which are allowed."""
        ips = self._resolved(target)
        if not self._allow_private and not all(addresses.is_public(ip_address(ip)) for ip in ips):
            raise Refused("The URL must lead to the public internet.")
        return ips

    def _resolved(self, target: Target) -> Sequence[str]:
        # The system's resolver knows no timeout, so it works aside and may be left alone.
        answers: SimpleQueue[Sequence[str] | OSError] = SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._resolver(target.host, target.port))
            except (OSError, UnicodeError) as error:
                answers.put(OSError(0, f"{target.host} has no address", str(error)))

        threading.Thread(target=ask, name="resolver", daemon=True).start()
        try:
            answer = answers.get(timeout=_CONNECT_WITHIN)
        except Empty as error:
            raise TimeoutError from error
        if isinstance(answer, OSError):
            raise answer
        return answer

    def _connected(self, target: Target, ips: Sequence[str], deadline: float) -> socket.socket:
        patience = time.monotonic() + _CONNECT_WITHIN
        failure: OSError = OSError(0, f"{target.host} has no address")
        for ip in ips:
            try:
                plain = socket.create_connection((ip, target.port), _left(patience))
            except OSError as error:
                failure = error
                continue
            plain.settimeout(_left(deadline))
            if not target.secure:
                return plain
            return self._tls.wrap_socket(plain, server_hostname=target.host)
        raise failure


def _request(target: Target, body: bytes, headers: Mapping[str, str]) -> bytes:
    host = f"[{target.host}]" if ":" in target.host else target.host
    if target.port != (443 if target.secure else 80):
        host = f"{host}:{target.port}"
    lines = [f"POST {target.path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("ascii") + body


def _exchange(connection: socket.socket, request: bytes, deadline: float) -> Answer:
    connection.settimeout(_left(deadline))
    connection.sendall(request)
    # All that HTTPResponse asks of a socket is `makefile`.
    timed = cast(Any, _TimedReader(connection, deadline))
    response = http.client.HTTPResponse(timed, method="POST")
    response.begin()
    answer = Answer(response.status, response.getheader("Retry-After"))
    with suppress(*_HTTP_ERRORS):
        response.read(_MOST_READ)  # else the receiver sees its answer refused
    return answer


class _TimedReader(io.RawIOBase):
    """What a socket sends, up to 16 KiB and one deadline; after that every reading fails."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        super().__init__()
        self._connection = connection
        self._deadline = deadline
        self._allowed = _MOST_READ

    def makefile(self, _: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._allowed:
            raise OSError(0, "the answer is too long")
        self._connection.settimeout(_left(self._deadline))
        count = self._connection.recv_into(memoryview(buffer)[: self._allowed])
        self._allowed -= count
        return count


def _left(deadline: float) -> float:
    """Return the seconds until `deadline`.

    Raises:
        TimeoutError: there are none.
    """
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
