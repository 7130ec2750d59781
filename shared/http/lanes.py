"""Lanes: a slow kind of request takes a bounded number of threads, and each user a share of them.

A process answers all its requests on the same few threads. What computes for long goes through a
lane, so that the other threads are there for what is cheap: a lane that is full answers at once.

HASHING = Lane("hashing", places=2, waiting=2, share=2)

@blueprint.route("/api/auth-token/", methods=["POST"])
@blueprint.arguments(CredentialsSchema)
@blueprint.lane(HASHING)
@blueprint.response(200, KeySchema)
def obtain_token(credentials): ...

What is computed takes its place in `etag.unless_known`, when nothing is known of the answer: one
that is kept waits for nobody.

The lanes of one process together leave one of its eight threads to what is cheap: four for its
own work, three for CSV (see `shared.http.spool`). Of portfolio's own three work, and one looks
through long lists (see `shared.http.pagination`).
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial, wraps
from typing import Any, Final

import prometheus_client
from flask import request

from shared.errors import RateLimited, Unavailable
from shared.http import operations
from shared.http.context import current, network

View = Callable[..., Any]

INSIDE: Final = prometheus_client.Gauge(
    "lane_requests", "Requests that work or wait", ["lane"], multiprocess_mode="livesum"
)
WAITING: Final = prometheus_client.Gauge(
    "lane_waiting", "Those of them that wait for a place", ["lane"], multiprocess_mode="livesum"
)
REFUSED: Final = prometheus_client.Counter(
    "lane_refused", "Requests without a place", ["lane", "reason"]
)
_SOON: Final = 1  # seconds until one who was refused may try again


class LaneFull(Unavailable):
    """Others take all of the lane."""

    retry_after = _SOON


class Lane:
    """Where the requests of one slow kind work and wait, in each process.

    Args:
        name: in the metrics.
        places: how many work at the same time.
        waiting: how many more may wait for a place; a thread each, like those that work.
        share: how many of one user, or of one network where nobody is known, may be inside.
        patience: seconds that one waits for a place.
    """

    def __init__(
        self, name: str, *, places: int, waiting: int, share: int, patience: float = 5.0
    ) -> None:
        self.name = name
        self._room = places + waiting
        self._share = share
        self._patience = patience
        self._places = threading.BoundedSemaphore(places)
        self._lock = threading.Lock()
        self._inside: Counter[str] = Counter()

    def bound(self, view: View) -> View:
        """Return `view`, which works in this lane alone.

        Raises:
            RateLimited: the user has a share inside already.
            LaneFull: there is no place to wait, or none became free in time.
        """

        @wraps(view)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with ExitStack() as stack:
                current.take_place = partial(stack.enter_context, self.place())
                if not operations.of(view).is_computed:
                    current.take_place()
                return view(*args, **kwargs)

        return wrapper

    @contextmanager
    def place(self) -> Iterator[None]:
        """Give the user of this request a place for the length of a `with`.

        Raises:
            RateLimited, LaneFull: as `bound`.
        """
        user = _user()
        self._enter(user)
        try:
            if not self._has_place():
                raise self._full()
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._leave(user)

    def _has_place(self) -> bool:
        if self._places.acquire(blocking=False):
            return True
        with WAITING.labels(self.name).track_inprogress():
            return self._places.acquire(timeout=self._patience)

    def _enter(self, user: str) -> None:
        with self._lock:
            if self._inside[user] >= self._share:
                REFUSED.labels(self.name, "share").inc()
                raise RateLimited(_SOON, "You have too many such requests at once; try again.")
            if self._inside.total() >= self._room:
                raise self._full()
            self._inside[user] += 1
        INSIDE.labels(self.name).inc()

    def _leave(self, user: str) -> None:
        with self._lock:
            self._inside[user] -= 1
            self._inside += Counter()  # drops those who are not inside any more
        INSIDE.labels(self.name).dec()

    def _full(self) -> LaneFull:
        REFUSED.labels(self.name, "full").inc()
        return LaneFull("Too many such requests at once; try again.")


def _user() -> str:
    user = current.identity
    return f"user {user.user_id}" if user else network(request.remote_addr or "")
