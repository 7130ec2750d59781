"""The runner: does the jobs of one lane, one after the other, by the service's own application."""

import gc
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from typing import Any, Final

from flask import Response
from werkzeug.test import EnvironBuilder

from shared import observability, spans
from shared.errors import SourceFailed
from shared.faults import crash_point
from shared.http import ServiceApp
from shared.http.jobs.accepting import RUN, Run
from shared.identity import Identity, UserId
from shared.jobs import queue
from shared.jobs.queue import Connection

log = observability.logger(__name__)

_LOOK: Final = 1.0  # seconds between two looks at what nobody told of: jobs that pause
# A process that is there already does a user's next job at once.
_LINGER: Final = 10.0  # seconds


class Runner:
    """Does what waits in a lane.

    Args:
        app: the service's application.
        lane: whose jobs.
    """

    def __init__(self, app: ServiceApp, lane: str) -> None:
        self._app = app
        self._lane = lane
        self._is_over = False

    def end(self) -> None:
        """Take no more jobs; what is being done is interrupted by a KeyboardInterrupt."""
        self._is_over = True

    def run(self, *, linger: float = _LINGER) -> None:
        """Do jobs until none has come for some seconds; do nothing where another one does them.

        Raises:
            psycopg.OperationalError: the lane is lost with the connection that holds it.
        """
        with closing(self._app.database.alone()) as connection:
            queue.listen(connection)
            if not queue.lead(connection, self._lane):
                return
            idle_since = time.monotonic()
            while not self._is_over and time.monotonic() < idle_since + linger:
                if self._work(connection) or queue.waits(connection, self._lane):
                    idle_since = time.monotonic()
                else:
                    queue.await_news(connection, min(_LOOK, linger))

    def run_once(self) -> None:
        """Do what is due now."""
        with closing(self._app.database.alone()) as connection:
            if queue.lead(connection, self._lane):
                while self._work(connection):
                    pass

    def _work(self, connection: Connection) -> bool:
        """Do the next job; return whether there was one."""
        job = queue.take(connection, self._lane)
        if job is None:
            return False
        crash_point("job_begun")
        try:
            with _doing(job):
                self._do(connection, job)
        except KeyboardInterrupt:
            # Told to end: nothing of it was committed, and it is nobody's fault. Our own connection
            # may have been interrupted in the middle of a command.
            with closing(self._app.database.alone()) as another:
                queue.give_back(another, job.id, job.attempts)
            raise
        return True

    def _do(self, connection: Connection, job: Any) -> None:
        began = time.monotonic()
        run = Run(
            number=job.id,
            attempt=job.attempts,
            identity=_caller(job),
            report=partial(queue.report, connection, job.id, job.attempts),
        )
        response = self._answer(job, run)
        crash_point("job_committed")
        if _may_pass(response.status_code) and job.attempts < queue.MOST_ATTEMPTS:
            queue.let_wait(connection, job.id, job.attempts)
        elif response.status_code >= 400:
            answer = response.get_data(as_text=True)
            queue.fail(connection, job.id, job.attempts, response.status_code, answer)
        log.info(
            "job_attempted",
            job=job.id,
            kind=job.kind,
            status=response.status_code,
            attempt=job.attempts,
            seconds=round(time.monotonic() - began, 1),
        )

    def _answer(self, job: Any, run: Run) -> Response:
        """Let the application answer the request, which stores what is no error by itself."""
        builder = EnvironBuilder(
            method="POST",
            path=job.target,
            data=job.body,
            content_type=job.content_type,
            environ_base={RUN: run},
        )
        with (
            closing(builder),
            _rarely_collected(),
            self._app.request_context(builder.get_environ()),
        ):
            return self._app.full_dispatch_request()


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Let garbage wait longer: of what a job makes nearly nothing is any before its end.

    To look through it every 700 objects took a quarter of a bulk's time. The largest bulk makes
    fewer than these.
    """
    before = gc.get_threshold()
    gc.set_threshold(200_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _doing(job: Any) -> AbstractContextManager[None]:
    told = {"job.id": job.id, "job.attempt": job.attempts}
    request, trace = job.request_id, job.traceparent
    return spans.span(f"job {job.kind}", "consumer", told, request=request, trace=trace)


def _caller(job: Any) -> Identity:
    caller = job.caller
    return Identity(
        UserId(job.user_id),
        frozenset(caller["scopes"]),
        caller["is_staff"],
        caller["currency"],
        token_id=caller["token_id"],
    )


def _may_pass(status: int) -> bool:
    return status >= 500 and status != SourceFailed.status
