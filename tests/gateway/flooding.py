"""Floods that are none of the test's own speed: no service is asked, and no answer is waited for.

They ask the loopback entry point about clients, as the one for clients does.
"""

import re
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import repeat

from shared.testing import ENOUGH
from tests.gateway.conftest import GOOD
from tests.gateway.traefik import Door

FLOOD = "/flood"
ENOUGH_FOR_A_FLOOD = 1000  # requests, of which 200 pass and a hundred more each second


def answered(door: Door, clients: Iterable[str], paths: Iterable[str] = repeat(FLOOD)) -> list[int]:
    """Ask about one client after the other; return the statuses.

    Args:
        clients: each as `X-Forwarded-For` tells it.
        paths: for each of them.
    """
    [authorization] = GOOD.values()
    requests = [
        f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n"
        f"X-Forwarded-For: {client}\r\n\r\n"
        for client, path in zip(clients, paths, strict=False)
    ]
    inside = ("127.0.0.1", door.internal_port)
    with socket.create_connection(inside, timeout=ENOUGH) as connection:
        connection.sendall("".join(requests).encode())
        answers = connection.makefile("rb")
        statuses: list[str] = []
        while len(statuses) < len(requests):
            statuses += re.findall(r"HTTP/1.1 (\d+) ", answers.readline().decode())
    return [int(status) for status in statuses]


@contextmanager
def flooding(door: Door, client: str) -> Iterator[None]:
    """Let a client flood for the length of a `with`."""
    is_over = threading.Event()

    def flood() -> None:
        while not is_over.is_set():
            answered(door, repeat(client, 100))

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
