"""A worker whose threads wait for requests themselves, where Linux has epoll(7) for that.

gunicorn's own has one thread that waits for all and hands each request to another, which hands the
connection back: three changes of threads, each with a wait for the interpreter, for one request.
Here one thread wakes for a request and answers it. The main thread looks after time and master.

An answer is sent as far as its client takes it at once, and the rest as the client reads: no thread
waits for that, of whatever length the answer is.

One more, the usher, lets connections in and looks at what each asks first: whether the process
lives it says itself, so that this is known while every other thread is busy, for whatever reason.
"""

import select
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from socket import MSG_DONTWAIT, MSG_PEEK, socket
from threading import Lock, Thread
from typing import Any, Final

from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn

from shared.http import plain
from shared.http.gunicorn_worker import LIVE, SEND_TIMEOUT, Worker, live_answer

# An event wakes one thread, and is the last one until it is asked for again.
_ONCE: Final = select.EPOLLIN | select.EPOLLONESHOT
_ONCE_WRITABLE: Final = select.EPOLLOUT | select.EPOLLONESHOT
# Bytes of all answers that wait for their clients to read them, with what the kernel may have of
# each. Where there are more, those are given up whose clients have read nothing for longest.
_UNREAD: Final = 96 * 2**20
_IN_KERNEL: Final = 4 * 2**20
_HEAD: Final = 4096  # bytes; a probe's is no longer
_CLOSE: Final = b"Connection: close\r\n"  # as Kubernetes asks


class EpollWorker(Worker):
    """Answers requests in the threads that wait for them.

    A connection rests, or a thread answers its request. Who takes it out of `_resting` owns it:
    a thread that it has woken, the usher among them, or one that closes it.
    """

    def init_process(self) -> None:
        """Make what the threads share."""
        self._epoll = select.epoll()
        self._entrance = select.epoll()  # listeners, and connections until they ask
        self._connections: dict[int, Any] = {}  # by descriptor
        self._resting: set[Any] = set()
        self._changing = Lock()
        super().init_process()

    def run(self) -> None:
        """Serve until it is time to end."""
        self._listeners = {listener.fileno(): listener for listener in self.sockets}
        for descriptor, listener in self._listeners.items():
            listener.setblocking(False)
            self._entrance.register(descriptor, 0)
        for epoll, dispatch in (
            (self._entrance, self._usher),
            *[(self._epoll, self._dispatch)] * self.cfg.threads,
        ):
            Thread(target=self._serve, args=[epoll, dispatch], daemon=True).start()
        super().run()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Accept connections from now on, or no more."""
        self._accepting = enabled
        for descriptor in self._listeners:
            self._entrance.modify(descriptor, _ONCE if enabled else 0)

    def murder_keepalived(self, force: bool = False) -> None:
        """Close what has rested for too long, or all that rests."""
        now = time.monotonic()
        for conn in list(self._resting):
            if (force or conn.timeout <= now) and self._take(conn):
                self._close(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        for conn in list(self._resting):
            if not conn.unsent:  # that is a request under way
                conn.timeout = min(conn.timeout, deadline)

    def _serve(self, epoll: select.epoll, dispatch: Callable[[int], None]) -> None:
        while True:
            for descriptor, _ in epoll.poll(maxevents=1):
                try:
                    dispatch(descriptor)
                except Exception:
                    self.log.exception("A connection is left alone")

    def _dispatch(self, descriptor: int) -> None:
        # A connection that is closed by now may have left an event behind.
        if (conn := self._connections.get(descriptor)) and self._take(conn):
            if conn.unsent:
                self._send_more(conn)
            else:
                self._answer_next(conn)

    def _usher(self, descriptor: int) -> None:
        if listener := self._listeners.get(descriptor):
            self._accept(listener)
        elif (conn := self._connections.get(descriptor)) and self._take(conn):
            self._entrance.unregister(descriptor)
            if _answer_probe(conn.sock):
                self._close(conn)
            else:
                self._epoll.register(descriptor, 0)
                self._rest(conn, self._epoll)

    def _accept(self, listener: Any) -> None:
        # All at once, so that a crowd is seen as one; when nobody waits any more it is an error.
        with suppress(OSError):
            while self.nr_conns < self.worker_connections:
                client, address = listener.accept()
                self._welcome(TConn(self.cfg, client, address, listener.getsockname()))
        if self._accepting and self.nr_conns < self.worker_connections:
            self._entrance.modify(listener.fileno(), _ONCE)

    def _welcome(self, conn: Any) -> None:
        conn.data_ready = True  # when a thread sees it first
        conn.unsent = ()
        conn.descriptor = conn.sock.fileno()
        with self._changing:
            self._connections[conn.descriptor] = conn
            self.nr_conns += 1
        self._entrance.register(conn.descriptor, 0)
        self._rest(conn, self._entrance)

    def finish(self, conn: Any, unsent: Sequence[memoryview]) -> None:
        """Leave what was not taken at once of an answer until the client reads."""
        conn.unsent = unsent

    def _answer_next(self, conn: Any) -> None:
        conn.stays = self.handle(conn)
        self._leave(conn)

    def _send_more(self, conn: Any) -> None:
        try:
            conn.unsent = plain.offer(conn.sock, conn.unsent)
        except OSError:  # nobody reads any more
            self._close(conn)
        else:
            self._leave(conn)

    def _leave(self, conn: Any) -> None:
        while conn.stays and not conn.unsent and conn.parser.unreader.buf.getvalue():
            # The next request has been read with the last one, and will wake nobody.
            conn.stays = self.handle(conn)
        if conn.unsent:
            self._await_reader(conn)
        elif conn.stays:
            self._rest(conn, self._epoll)
        else:
            self._close(conn, graceful=True)

    def _await_reader(self, conn: Any) -> None:
        conn.timeout = time.monotonic() + SEND_TIMEOUT
        self._resting.add(conn)
        self._epoll.modify(conn.descriptor, _ONCE_WRITABLE)
        self._give_up_slowest()

    def _give_up_slowest(self) -> None:
        unread = [conn for conn in list(self._resting) if conn.unsent]
        size = sum(map(_size, unread))
        for conn in sorted(unread, key=lambda conn: conn.timeout):
            if size <= _UNREAD:
                break
            if self._take(conn):
                size -= _size(conn)
                self._close(conn)

    def _rest(self, conn: Any, epoll: select.epoll) -> None:
        conn.set_timeout()
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
        self._resting.add(conn)
        epoll.modify(conn.descriptor, _ONCE)

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


def _size(conn: Any) -> int:
    return _IN_KERNEL + sum(map(len, conn.unsent))


def _answer_probe(client: socket) -> bool:
    """Answer a first request that asks whether the process lives; return whether that was all."""
    with suppress(OSError):  # whoever answers the next one meets it, too
        request = client.recv(_HEAD, MSG_PEEK | MSG_DONTWAIT)
        if plain.asks(request.replace(_CLOSE, b""), LIVE):
            is_last = _CLOSE in request
            client.recv(len(request), MSG_DONTWAIT)
            client.send(live_answer(is_last=is_last), MSG_DONTWAIT)
            return is_last
    return False
