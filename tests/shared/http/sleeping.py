"""A worker of gunicorn that wakes only when something happens."""

from shared.http import gunicorn_worker
from shared.http.gunicorn_epoll import EpollWorker

gunicorn_worker._LOOK = 3600.0  # type: ignore[misc]


class Sleeping(EpollWorker):
    """Ours."""
