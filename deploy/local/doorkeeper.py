"""Who stands at the public port while the gateway cannot answer, and says so in JSON.

Traefik listens before it knows its routes and answers `404 page not found` until then (measured:
0.3 s), a definite answer about what exists; and while it is started again nobody listens at all.
So both listen on the same port (SO_REUSEPORT), and a rule in the kernel gives each new connection
to one of them: to Traefik when it knows its routes, else to us. Only Linux has such rules;
elsewhere Traefik listens alone.

In an overload it lets in a share only, as large as the gateway can take: who waits there costs
140 KB of memory, and to turn somebody away there costs as much as an answer.

Traefik also asks here, on a port of its own, for what it has to say while the portal is down.
"""

import asyncio
import contextlib
import ctypes
import json
import os
import re
import secrets
import socket
import struct
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Final

from deploy.local import health

_SO_ATTACH_REUSEPORT_CBPF: Final = 51  # socket(7); Python has no name for it
# bpf(4): of classic BPF, each with how far to jump if so and if not, and a constant. Who listens
# first has the place 0: that is us; the gateway has 1.
_TAKE_A_RANDOM_NUMBER: Final = (0x20, 0, 0, 0xFFFFF000 + 56)
_RETURN: Final = 0x06
_JUMP_IF_GREATER: Final = 0x25
_NUMBERS: Final = 2**32
_LOOK: Final = 0.05  # seconds between two looks at whether the gateway answers
_CROWD: Final = 500  # open files of the gateway: some four for each request that waits there
_CROWD_LOOK: Final = 0.25  # seconds between two looks at whether there is a crowd
_PROMPT: Final = 0.5  # seconds within which a gateway that can serve its crowd answers
_SMALLEST_SHARE: Final = 1 / 64
_STEP: Final = 1 / 16
_PATIENCE: Final = 10.0  # seconds for a client to ask, and to take the answer
_HEAD: Final = 16 * 1024  # bytes of a request that are read before it is answered
_GUESTS: Final = 1000  # who are answered at once; more are turned away without a word
_CODES: Final = {
    500: ("Internal Server Error", "server_error"),
    502: ("Bad Gateway", "bad_gateway"),
    503: ("Service Unavailable", "unavailable"),
    504: ("Gateway Timeout", "timeout"),
}
_PAGE: Final = re.compile(rb"[A-Z]+ /errors/(\d{3})/ ")
_REQUEST_ID: Final = re.compile(rb"\r\nx-request-id: *([A-Za-z0-9._-]{8,128})\r\n", re.IGNORECASE)


class Doorkeeper:
    """Answers at the public port until the gateway can, and whenever it cannot.

    Args:
        host, port: the public address.
        pages: port on 127.0.0.1 where the gateway asks for pages.
        inside: URL of the gateway's loopback entry point.
        services: URLs of those behind it.

    Attributes:
        gateway: returns the gateway's process id, once that is known.
    """

    def __init__(
        self, host: str, port: int, pages: int, inside: str, services: Sequence[str] = ()
    ) -> None:
        self.gateway: Callable[[], int | None] = lambda: None
        self._ready = f"{inside}/health/live/"
        # What nearly every request waits for first, and the queues where it waits then.
        self._questions = [
            f"{inside}/internal/authorize?class=standard",
            *(f"{service}/health/live/" for service in services),
        ]
        self._share = 1.0
        self._public = _shared_listener(host, port)
        self._pages = _listener("127.0.0.1", pages)
        self._guests = 0
        self._lock = threading.Lock()
        self._is_shut = threading.Event()
        self._is_over = threading.Event()
        self.shut()
        threading.Thread(target=self._serve, name="doorkeeper", daemon=True).start()
        threading.Thread(target=self._watch, name="door", daemon=True).start()

    def is_open(self) -> bool:
        """Return whether clients reach the gateway."""
        return not self._is_shut.is_set()

    def shut(self) -> None:
        """Answer whoever comes, until the gateway is ready: it is about to be started."""
        with self._lock:
            self._is_shut.set()
            self._let_in(0)

    def stay_shut(self) -> None:
        """Answer whoever comes: the gateway is about to end."""
        self._is_over.set()
        self.shut()

    def _watch(self) -> None:
        while not self._is_over.is_set():
            if self._is_shut.is_set():
                if health.answers(self._ready):
                    self._open()
                self._is_over.wait(_LOOK)
            else:
                self._adjust()

    def _open(self) -> None:
        with self._lock:
            if not self._is_over.is_set():
                self._share = 1.0
                self._let_in(self._share)
                self._is_shut.clear()

    def _adjust(self) -> None:
        """Let in as many as the gateway can take: half of them if it is late, else some more."""
        is_crowded = _open_files(self.gateway()) > _CROWD
        if is_crowded and not all(health.is_prompt(url, _PROMPT) for url in self._questions):
            share = max(self._share / 2, _SMALLEST_SHARE)
        else:
            share = min(self._share + _STEP, 1.0)
        with self._lock:
            if share != self._share and not self._is_shut.is_set():
                self._share = share
                self._let_in(share)
        self._is_shut.wait(_CROWD_LOOK)

    def _let_in(self, share: float) -> None:
        if self._public:
            _attach(self._public, share)

    def _serve(self) -> None:
        asyncio.run(self._listen())

    async def _listen(self) -> None:
        listeners = [listener for listener in (self._public, self._pages) if listener]
        servers = [
            await asyncio.start_server(self._receive, sock=listener, limit=_HEAD)
            for listener in listeners
        ]
        await asyncio.gather(*(server.serve_forever() for server in servers))

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._guests += 1
        if self._guests <= _GUESTS:
            await _answer(reader, writer)
        self._guests -= 1
        writer.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request, whatever it is."""
    # What has not come by then was not meant to be answered.
    with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        async with asyncio.timeout(_PATIENCE):
            writer.write(_page(await _head(reader)))
            writer.write_eof()
            # Who still sends when the connection is closed loses the answer.
            while await reader.read(_HEAD):
                pass


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        return b""


def _page(head: bytes) -> bytes:
    page = _PAGE.match(head)
    status = int(page[1]) if page else 503
    title, code = _CODES.get(status, _CODES[503])
    known = _REQUEST_ID.search(head)
    request_id = known[1].decode() if known else secrets.token_hex(16)
    details = {
        "code": code,
        "message": "A part of the service is down, starting or overloaded; try again.",
        "request_id": request_id,
    }
    body = json.dumps({"error": title, "details": details}, separators=(",", ":")).encode()
    lines = [
        # As a page it is fetched with success; the gateway puts the status on it.
        f"HTTP/1.1 {'200 OK' if page else '503 Service Unavailable'}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"X-Request-Id: {request_id}",
        "Retry-After: 1",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "API-Version: 1.0",
        "Connection: close",
    ]
    # What follows the head of an answer to HEAD would be taken for the next answer.
    return "\r\n".join([*lines, "", ""]).encode() + (b"" if head.startswith(b"HEAD ") else body)


def _shared_listener(host: str, port: int) -> socket.socket | None:
    """Return a listener that decides who of those at its port gets a connection, if it may."""
    if sys.platform != "linux":
        return None
    # Go listens at the addresses of both families when it is told "any" of one of them.
    is_any = host in {"0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to  # nosec B104
    listener = _listener("::" if is_any and socket.has_dualstack_ipv6() else host, port)
    try:
        _attach(listener, 0)
    except OSError:  # a kernel without such rules, as that of gVisor
        listener.close()
        return None
    return listener


def _listener(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sys.platform == "linux":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if host == "::":
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind((host, port))
    listener.listen(1024)
    return listener


def _attach(listener: socket.socket, share: float) -> None:
    """Give this share of all new connections to the second who listens at the port of `listener`.

    Where there is no second, the first has all of them.
    """
    instructions = [
        _TAKE_A_RANDOM_NUMBER,
        (_JUMP_IF_GREATER, 0, 1, max(int(share * _NUMBERS) - 1, 0)),
        (_RETURN, 0, 0, 0),
        (_RETURN, 0, 0, 1),
    ]
    if share == 0:
        instructions = [(_RETURN, 0, 0, 0)]
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)
    program = ctypes.create_string_buffer(code, len(code))
    rule = struct.pack("HP", len(instructions), ctypes.addressof(program))
    listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_REUSEPORT_CBPF, rule)


def _open_files(process: int | None) -> int:
    try:
        return len(os.listdir(f"/proc/{process}/fd"))  # noqa: PTH208 - only counted
    except OSError:
        return 0
