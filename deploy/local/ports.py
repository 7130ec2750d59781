"""TCP ports that are free, and stay ours while a server restarts."""

import secrets
import socket
from collections.abc import Container

# Below 32768, where Linux begins to take ports for outgoing connections: such a connection
# could take the port of a server that is just being restarted. No well-known server is here.
_RANGE = range(20_000, 25_000)
_TRIES = 1_000


def free(taken: Container[int] = ()) -> int:
    """Return a port of 127.0.0.1 that nothing listens on and that is not in `taken`.

    Raises:
        OSError: none was found.
    """
    for _ in range(_TRIES):
        port = secrets.choice(_RANGE)
        if port not in taken and is_free(port):
            return port
    raise OSError(f"No free TCP port between {_RANGE.start} and {_RANGE.stop}.")


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Return whether a server could listen on `port` of `host`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do: connections that ended lately don't count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
