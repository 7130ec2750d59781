"""The second process of a service: it relays the outbox, consumes events and keeps time."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared import bus, leading, observability, revisions, spans
from shared.bus import flow, inbox, metrics, outbox
from shared.db import Database, Query
from shared.events import Event
from shared.events.catalogue import topics
from shared.replica import with_owners
from shared.settings import ServiceSettings

log = observability.logger(__name__)

Handler = Callable[[Session, Event], None]
Part = Callable[[threading.Event], None]
TIMER_FAILURES: Final = Counter("timer_failures", "Runs of a timer that failed", ["timer"])
_SCHEMA_LOOK: Final = 1.0  # seconds


@dataclass(frozen=True)
class Timer:
    """Something done again and again, in a transaction of its own.

    Attributes:
        every: seconds from the end of one run to the start of the next.
        waits: reads whether there is anything to do, for what is asked so often that a transaction
            is too much for it; one row of one boolean.
    """

    name: str
    every: float
    run: Callable[[Session], object]
    waits: Query | None = None


def run(
    settings: ServiceSettings,
    database: Database,
    handlers: Mapping[str, Handler],
    timers: Sequence[Timer] = (),
    *,
    more_parts: Mapping[str, Part] | None = None,
    led_parts: Mapping[str, Part] | None = None,
) -> int:
    """Work until SIGTERM or SIGINT; return the exit status.

    Of several workers of a service one leads (see `shared.leading`): it alone consumes, keeps time
    and works on `led_parts`. A part that ends by an error ends the process: whoever started it
    starts it again.

    Args:
        handlers: event type → what it does, inside the consumer's transaction; what it needs of
            other services is asked for outside it (see `shared.replica`).
        timers: besides the purge of old outbox and inbox rows.
        more_parts: what else every worker does, by name; each ends when the event it is given is
            set.
        led_parts: what one worker does, likewise.
    """
    observability.introduce(settings.name)
    spans.begin(settings.name, is_traced=settings.is_traced)
    stop = threading.Event()
    failed = threading.Event()
    _stop_by_signal(stop)

    def consume(messages: Sequence[bus.Message]) -> None:
        events = [Event.from_json(message.body) for message in messages]
        with_owners(lambda: inbox.process(database.sessions, settings.name, events, handlers))

    bell = database.bells[outbox.BELL]

    def relay(stop: threading.Event) -> None:
        publisher = bus.publisher(settings.event_bus_url)
        outbox.Relay(database.direct, publisher, service=settings.name, bell=bell).run(stop)

    def consumer(over: threading.Event) -> None:
        wanted = topics(settings.name, handlers)
        bus.consumer(settings.event_bus_url, settings.name, wanted).consume(consume, over)
        flow.rests(settings.name, "in")
        metrics.DEAD_LETTERS.remove(settings.name)

    def timer(over: threading.Event) -> None:
        _keep_time(database, [Timer("purge", 3600, _purge), *timers], over)

    led: dict[str, Part] = {
        "timers": timer,
        **({"consumer": consumer} if handlers else {}),
        **(led_parts or {}),
    }

    def lead(stop: threading.Event) -> None:
        def work(over: threading.Event) -> None:
            for thread in _started(led, over, fail):
                thread.join()

        leading.lead(database, settings.name, work, stop)

    def fail() -> None:
        failed.set()
        stop.set()

    parts: dict[str, Part] = {"relay": relay, "lead": lead, **(more_parts or {})}
    _serve_metrics(settings.metrics_host, settings.metrics_port)
    _await_schema(database, settings.name, stop)
    threads = _started(parts, stop, fail)
    threading.Thread(target=database.bells.listen, args=[stop], name="bells", daemon=True).start()
    log.info("worker_started", parts=sorted(parts | led))
    stop.wait()
    database.bells.ring_here()
    deadline = time.monotonic() + settings.grace
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    database.close()
    spans.end()
    log.info("worker_stopped", failed=failed.is_set())
    return 1 if failed.is_set() else 0


def _stop_by_signal(stop: threading.Event) -> None:
    """Set `stop` at SIGTERM and SIGINT.

    The kernel may give a signal to any thread, and Python calls its handler in the main thread
    alone, which sleeps on then. What is written to the wakeup descriptor arrives in either case.
    """
    hearing, telling = os.pipe()
    os.set_blocking(telling, False)
    signal.set_wakeup_fd(telling)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)

    def wait() -> None:
        os.read(hearing, 1)
        stop.set()

    threading.Thread(target=wait, name="signals", daemon=True).start()


def _await_schema(database: Database, service: str, stop: threading.Event) -> None:
    """Wait for the migration to what this code needs: until then every event would fail."""
    while not stop.is_set():
        try:
            if revisions.is_reached(database, service):
                return
            log.warning("schema_awaited")
        except SQLAlchemyError as error:
            log.warning("schema_awaited", error=type(error).__name__)
        stop.wait(_SCHEMA_LOOK)


def _started(
    parts: Mapping[str, Part], stop: threading.Event, fail: Callable[[], None]
) -> list[threading.Thread]:
    """Start `parts`; one that ends before it is told to `stop` has failed."""
    threads = [
        threading.Thread(target=_guarded, args=[name, part, stop, fail], name=name, daemon=True)
        for name, part in parts.items()
    ]
    for thread in threads:
        thread.start()
    return threads


def _guarded(name: str, part: Part, stop: threading.Event, fail: Callable[[], None]) -> None:
    try:
        part(stop)
    except Exception as error:
        log.critical("worker_part_failed", part=name, exc_info=error)
    if not stop.is_set():
        fail()


def _keep_time(database: Database, timers: Sequence[Timer], stop: threading.Event) -> None:
    due = dict.fromkeys(timers, time.monotonic())
    while not stop.is_set():
        for timer in timers:
            if due[timer] <= time.monotonic():
                _fire(database, timer)
                due[timer] = time.monotonic() + timer.every
        stop.wait(max(0, min(due.values()) - time.monotonic()))


def _fire(database: Database, timer: Timer) -> None:
    try:
        if timer.waits is None or database.read(timer.waits, {})[0][0]:
            with spans.span(f"timer {timer.name}", "internal", {}, request=None, trace=None):
                database.unit(timer.run)
    except Exception as error:
        # The next tick tries again; a database that restarts must not end the worker.
        TIMER_FAILURES.labels(timer.name).inc()
        log.error("timer_failed", timer=timer.name, exc_info=error)


def _purge(session: Session) -> None:
    outbox.purge(session)
    inbox.purge(session)


def _serve_metrics(host: str, port: int) -> None:
    if not port:
        return
    server = _Door((host, port), _Metrics)
    # It ends with the process, so it need not look twice a second whether to end.
    serve = partial(server.serve_forever, poll_interval=3600)
    threading.Thread(target=serve, name="metrics", daemon=True).start()


class _Door(ThreadingHTTPServer):
    """A server at an address of IPv4 or IPv6; at `::` it is reached by both."""

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Take the address."""
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


class _Metrics(BaseHTTPRequestHandler):
    """What the worker tells on its own port.

    `/metrics` is for Prometheus, `/health` for probes, `/events` for the portal: 503 while no
    events flow, which is no reason to start the worker again.
    """

    def do_GET(self) -> None:
        path = self.path.rstrip("/")
        if path == "/metrics":
            self._answer(200, generate_latest(REGISTRY), CONTENT_TYPE_LATEST)
        elif path == "/health":
            self._answer(200, b"ok")
        elif path == "/events":
            stopped = flow.has_stopped()
            body = b'{"events": "stopped"}' if stopped else b'{"events": "flowing"}'
            self._answer(503 if stopped else 200, body, "application/json")
        else:
            self._answer(404, b"")

    def _answer(self, status: int, body: bytes, content_type: str = "text/plain") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing for each probe."""
