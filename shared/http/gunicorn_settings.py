"""How gunicorn runs every web process; `WORKERS` and `THREADS` set its size, `GRACE` its end."""

import ctypes
import gc
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from shared.settings import environment, read_grace, read_log_level

_PR_SET_PDEATHSIG = 1  # prctl(2)
# Where the workers of one web process share their counters, and /metrics/ finds those of all.
_METRICS = os.environ.get("PROMETHEUS_MULTIPROC_DIR")

if _METRICS:
    # The files of workers that are gone, each under its process id, would count for ever.
    shutil.rmtree(_METRICS, ignore_errors=True)
    Path(_METRICS).mkdir(mode=0o700, parents=True, exist_ok=True)

# What has counters needs the folder when it is loaded.
from shared import observability  # noqa: E402

worker_class = (
    "shared.http.gunicorn_epoll.EpollWorker"
    if sys.platform == "linux"
    else "shared.http.gunicorn_worker.Worker"
)
_env = environment()
workers = _env.int("WORKERS", 1)
threads = _env.int("THREADS", 8)
graceful_timeout = read_grace(_env)
_log_level = read_log_level(_env)
_env.seal()
# Read and built once where several workers share its memory with their master. One worker alone
# would share it with nobody who needs it, and each keeps pages of its own as soon as it writes.
preload_app = workers > 1
# Longer than the gateway's 60 s, or a POST meets a connection that we close at that moment (502).
keepalive = 75
# To read the application counts, too, on however slow a machine.
timeout = 300
accesslog = None  # the application logs each request itself, structured
errorlog = "-"
loglevel = "warning"
control_socket_disable = True
# X_Identity would reach WSGI as X-Identity; SCRIPT_NAME would move the path.
header_map = "refuse"
forwarder_headers = ""
forwarded_allow_ips = ""
limit_request_line = 8190
limit_request_fields = 1000  # the gateway bounds their bytes


class logger_class(Logger):  # type: ignore[misc]  # noqa: N801  # untyped; a setting's name
    """Gunicorn's own lines, as all others: the application's log writes them once there is one."""

    def setup(self, cfg: object) -> None:
        """Leave the lines to whoever writes those of the process."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


observability.configure_logging("gunicorn", _log_level)


def when_ready(_server: object) -> None:
    """Leave what was loaded alone: a collection that walks over it would copy its pages."""
    gc.collect()
    gc.freeze()


def post_worker_init(worker: object) -> None:
    """Leave what was loaded alone also where the worker has loaded it."""
    when_ready(worker)


def worker_exit(_server: object, _worker: object) -> None:
    """Send what the worker has recorded of its requests."""
    # Not at the top: prometheus_client must hear of the folder before it is loaded.
    from shared import spans  # noqa: PLC0415

    spans.end()


def child_exit(_server: object, worker: Any) -> None:
    """Let what a dead worker was doing count no more; what it has done stays counted."""
    if _METRICS:
        # Not at the top: the library looks for the folder when it is imported.
        from prometheus_client import multiprocess  # noqa: PLC0415

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library's


def post_fork(_server: object, _worker: object) -> None:
    """End a worker with its master: an orphan would hold the port that the next master needs."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
