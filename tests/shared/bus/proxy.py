"""A small TCP proxy that can go silent, as a cut cable does, or reset what goes through it."""

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from typing import Final

_CHUNK: Final = 65536
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards a port of its own to `target` until it is told otherwise."""

    def __init__(self, target: tuple[str, int], port: int = 0) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = int(self._listener.getsockname()[1])
        self._open = True
        self._refusing = False
        self._pairs: list[_Pair] = []
        # A connection is either refused or known to `reset`; never between the two.
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def stall(self) -> None:
        """Carry nothing more on the connections that are open, without closing them."""
        with self._lock:
            for pair in self._pairs:
                pair.stalled = True

    def mute(self) -> None:
        """Swallow on the connections that are open what the target answers."""
        with self._lock:
            for pair in self._pairs:
                pair.muted = True

    def hold(self, holding: bool = True) -> None:
        """Keep back what comes on the connections that are open, or let it all through at once."""
        with self._lock:
            for pair in self._pairs:
                pair.hold(holding)

    def reset(self) -> None:
        """Reset every connection."""
        with self._lock:
            self._reset()

    def refuse(self, refusing: bool = True) -> None:
        """Reset new connections too, or take them again."""
        with self._lock:
            self._refusing = refusing
            if refusing:
                self._reset()

    def close(self) -> None:
        """Stop listening and reset everything."""
        self._open = False
        self._listener.close()
        self.reset()

    def _accept(self) -> None:
        while self._open:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if self._refusing:
                    client.close()
                else:
                    self._connect(client)

    def _connect(self, client: socket.socket) -> None:
        try:
            server = self._reached()
        except OSError:  # nobody listens there now
            client.close()
        else:
            self._pairs.append(_Pair(client, server))

    def _reached(self) -> socket.socket:
        return socket.create_connection(self._target)

    def _reset(self) -> None:
        for pair in self._pairs:
            pair.reset()
        self._pairs.clear()


class Balancer(Proxy):
    """Forwards a port to one of several targets, the first that takes the connection.

    Args:
        targets: where this connection may go.
    """

    def __init__(self, port: int, targets: Callable[[], Iterable[tuple[str, int]]]) -> None:
        self._targets = targets
        super().__init__(("", 0), port)

    def _reached(self) -> socket.socket:
        for target in self._targets():
            with contextlib.suppress(OSError):
                return socket.create_connection(target)
        raise ConnectionRefusedError


class _Pair:
    """One connection through the proxy."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self._peers = {client: server, server: client}
        self._client = client
        self.stalled = False
        self.muted = False
        self._passable = threading.Event()
        self._passable.set()
        for side in self._peers:
            threading.Thread(target=self._carry, args=(side,), daemon=True).start()

    def hold(self, holding: bool) -> None:
        if holding:
            self._passable.clear()
        else:
            self._passable.set()

    def reset(self) -> None:
        self.hold(False)
        for side in self._peers:
            with contextlib.suppress(OSError):  # it is closed already
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                side.shutdown(socket.SHUT_RDWR)
            side.close()

    def _carry(self, side: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):  # a closed socket, or its number -1
            while select.select([side], [], []) and self._passable.wait():
                if not (data := side.recv(_CHUNK)):
                    break
                is_swallowed = self.stalled or (self.muted and side is not self._client)
                if not is_swallowed:  # else the sender believes that it arrived
                    self._peers[side].sendall(data)
        self.reset()
