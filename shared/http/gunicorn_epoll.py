"""A worker whose threads wait for requests themselves, where Linux has epoll(7) for that.

gunicorn's own has one thread that waits for all and hands each request to another, which hands the
connection back: three changes of threads, each with a wait for the interpreter, for one request.
Here one thread wakes for a request and answers it. The main thread looks after time and master.
"""

import select
import time
from contextlib import suppress
from threading import Lock, Thread
from typing import Any, Final

from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn

from shared.http.gunicorn_worker import Worker

# An event wakes one thread, and is the last one until it is asked for again.
_ONCE: Final = select.EPOLLIN | select.EPOLLONESHOT


class EpollWorker(Worker):
    """Answers requests in the threads that wait for them.

    A connection rests, or a thread answers its request. Who takes it out of `_resting` owns it:
    a thread that it has woken, or the main thread, to close it.
    """

    def init_process(self) -> None:
        """Make what the threads share."""
        self._epoll = select.epoll()
        self._connections: dict[int, Any] = {}  # by descriptor
        self._resting: set[Any] = set()
        self._changing = Lock()
        super().init_process()

    def run(self) -> None:
        """Serve until it is time to end."""
        self._listeners = {listener.fileno(): listener for listener in self.sockets}
        for descriptor, listener in self._listeners.items():
            listener.setblocking(False)
            self._epoll.register(descriptor, 0)
        for _ in range(self.cfg.threads):
            Thread(target=self._serve, daemon=True).start()
        super().run()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Accept connections from now on, or no more."""
        self._accepting = enabled
        for descriptor in self._listeners:
            self._epoll.modify(descriptor, _ONCE if enabled else 0)

    def murder_keepalived(self, force: bool = False) -> None:
        """Close what has rested for too long, or all that rests."""
        now = time.monotonic()
        for conn in list(self._resting):
            if (force or conn.timeout <= now) and self._take(conn):
                self._close(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        for conn in list(self._resting):
            conn.timeout = min(conn.timeout, deadline)

    def _serve(self) -> None:
        while True:
            for descriptor, _ in self._epoll.poll(maxevents=1):
                try:
                    self._dispatch(descriptor)
                except Exception:
                    self.log.exception("A connection is left alone")

    def _dispatch(self, descriptor: int) -> None:
        if listener := self._listeners.get(descriptor):
            self._accept(listener)
        # A connection that is closed by now may have left an event behind.
        elif self._take(conn := self._connections.get(descriptor)):
            self._answer_next(conn)

    def _accept(self, listener: Any) -> None:
        # All at once, so that a crowd is seen as one; when nobody waits any more it is an error.
        with suppress(OSError):
            while self.nr_conns < self.worker_connections:
                client, address = listener.accept()
                self._welcome(TConn(self.cfg, client, address, listener.getsockname()))
        if self._accepting and self.nr_conns < self.worker_connections:
            self._epoll.modify(listener.fileno(), _ONCE)

    def _welcome(self, conn: Any) -> None:
        conn.data_ready = True  # when a thread sees it first
        conn.descriptor = conn.sock.fileno()
        with self._changing:
            self._connections[conn.descriptor] = conn
            self.nr_conns += 1
        self._epoll.register(conn.descriptor, 0)
        self._rest(conn)

    def _answer_next(self, conn: Any) -> None:
        stays = self.handle(conn)
        while stays and conn.parser.unreader.buf.getvalue():
            # The next request has been read with this one, and will wake nobody.
            stays = self.handle(conn)
        if stays:
            self._rest(conn)
        else:
            self._close(conn, graceful=True)

    def _rest(self, conn: Any) -> None:
        conn.set_timeout()
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
        self._resting.add(conn)
        self._epoll.modify(conn.descriptor, _ONCE)

    def _take(self, conn: Any) -> bool:
        try:
            self._resting.remove(conn)
        except KeyError:
            return False
        return True

    def _close(self, conn: Any, *, graceful: bool = False) -> None:
        with self._changing:
            # An error may have closed it already, and another one have its number.
            descriptor: int = conn.descriptor
            if self._connections.get(descriptor) is conn:
                del self._connections[descriptor]
            self.nr_conns -= 1
        conn.close(graceful=graceful)
        if self._accepting:
            self.set_accept_enabled(True)  # there is room again
        # The main thread, too, may wait for that.
        self.method_queue.defer(lambda: None)
