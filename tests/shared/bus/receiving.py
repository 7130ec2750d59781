"""A consumer in a thread, and what it received."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from shared import bus
from shared.events import Event
from shared.testing import ENOUGH


def event(number: int = 1, type_: str = "price-updated") -> Event:
    return Event.now("assets", type_, "assets/5", number, {"number": number})


def message(number: int = 1, type_: str = "price-updated") -> bus.Message:
    made = event(number, type_)
    return bus.Message(str(made.id), type_, made.to_json())


def messages(count: int, type_: str = "price-updated") -> list[bus.Message]:
    return [message(number, type_) for number in range(count)]


class Receiver:
    """Records what it is handed, as one that handles all or nothing.

    Args:
        fails: decides of a message whether it fails, and what it was handed with.

    Attributes:
        ids: of what was handled, and of what failed by itself, in order.
        batches: the sizes of all that it was handed.
    """

    def __init__(self, fails: Callable[[bus.Message], Exception | None] = lambda _: None) -> None:
        self.ids: list[str] = []
        self.batches: list[int] = []
        self._fails = fails

    def __call__(self, received: Sequence[bus.Message]) -> None:
        self.batches.append(len(received))
        error = next(filter(None, map(self._fails, received)), None)
        if error is None or len(received) == 1:
            self.ids += [one.id for one in received]
        if error:
            raise error

    def has(self, *sent: bus.Message) -> bool:
        return {one.id for one in sent} <= set(self.ids)


@contextmanager
def consuming(
    url: str,
    handle: Callable[[Sequence[bus.Message]], None],
    service: str = "ledger",
    types: Sequence[str] = ("price-updated",),
) -> Iterator[None]:
    """Consume for the length of a `with`; the queue exists when it begins."""
    consumer = bus.consumer(url, service, types)
    consumer.declare()
    stop = threading.Event()
    thread = threading.Thread(target=consumer.consume, args=(handle, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(ENOUGH)
        assert not thread.is_alive()


@contextmanager
def publishing(url: str) -> Iterator[bus.Publisher]:
    publisher = bus.publisher(url)
    try:
        yield publisher
    finally:
        publisher.close()


@contextmanager
def running(work: Callable[[threading.Event], None]) -> Iterator[threading.Event]:
    """Run `work(stop)` in a thread for the length of a `with`."""
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(ENOUGH)
        assert not thread.is_alive()
