"""The part of a worker that starts runners where jobs wait, and ends them with itself."""

import subprocess
import sys
import threading
import time
from contextlib import closing
from typing import Final

import psycopg
from prometheus_client import Gauge

from shared.bus.backoff import Backoff
from shared.db import Database
from shared.http.jobs import CHANNEL
from shared.jobs import queue
from shared.jobs.queue import Connection
from shared.observability import logger

log = logger(__name__)

_LOOK: Final = 1.0  # seconds between two looks at runners that work
_OBSERVE_EVERY: Final = 5.0  # seconds
_AGAIN_AFTER: Final = 5.0  # seconds after a runner that failed
_END_WITHIN: Final = 1.5  # seconds
OPEN: Final = Gauge("jobs_open", "Jobs that are not done", ["lane"])
OLDEST_AGE: Final = Gauge("jobs_oldest_age_seconds", "Age of the oldest of them", ["lane"])
# Runners come and go, so that nobody would read their counters; the table knows it, too.
ENDED: Final = Gauge("jobs_ended_last_hour", "Jobs that ended in the last hour", ["lane", "status"])


class Runners:
    """One runner for each lane that has jobs.

    Args:
        factory: makes the service's application: "services.portfolio.app:create_app".
    """

    def __init__(self, database: Database, factory: str) -> None:
        self._database = database
        self._factory = factory
        self._bell = database.bells[CHANNEL]
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._not_before: dict[str, float] = {}  # by the monotonic clock
        self._observed = float("-inf")

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`, over every failure of the database; then end the runners."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                with closing(self._database.alone()) as connection:
                    self._watch(connection, stop, backoff)
            except psycopg.Error as error:
                log.warning("jobs_lost_database", error=type(error).__name__)
                stop.wait(backoff.next())
        self._end()

    def _watch(self, connection: Connection, stop: threading.Event, backoff: Backoff) -> None:
        while not stop.is_set():
            self._reap()
            self._observe(connection)
            for lane in queue.abandoned_lanes(connection):
                self._start(lane)
            backoff.reset()
            self._bell.wait(_LOOK, is_busy=bool(self._processes))

    def _observe(self, connection: Connection) -> None:
        """Tell Prometheus what is not done."""
        if time.monotonic() - self._observed < _OBSERVE_EVERY:
            return
        self._observed = time.monotonic()
        OPEN.clear()
        OLDEST_AGE.clear()
        ENDED.clear()
        for row in queue.open_jobs(connection):
            OPEN.labels(row.lane).set(row.count)
            OLDEST_AGE.labels(row.lane).set(row.age)
        for row in queue.ended_jobs(connection):
            ENDED.labels(row.lane, row.status).set(row.count)

    def _start(self, lane: str) -> None:
        is_due = time.monotonic() >= self._not_before.get(lane, 0)
        if lane in self._processes or not is_due:
            return
        command = [sys.executable, "-m", "shared.jobs.process", self._factory, lane]
        # Its standard input ends with this process, however that ends.
        self._processes[lane] = subprocess.Popen(command, stdin=subprocess.PIPE)

    def _reap(self) -> None:
        for lane, process in list(self._processes.items()):
            status = process.poll()
            if status is None:
                continue
            _let_go(process)
            del self._processes[lane]
            if status:
                log.warning("job_runner_failed", lane=lane, status=status)
                self._not_before[lane] = time.monotonic() + _AGAIN_AFTER

    def _end(self) -> None:
        for process in self._processes.values():
            process.terminate()
        deadline = time.monotonic() + _END_WITHIN
        for process in self._processes.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _let_go(process)


def _let_go(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin:
        process.stdin.close()
