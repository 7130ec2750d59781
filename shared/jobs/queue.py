"""The jobs of a service as its runners see them.

A lane belongs to who holds its advisory lock, which ends with the connection. So a job that runs
while somebody else gets the lock has lost its runner: it is begun again, or given up when that has
happened too often. The attempt's number says who may end it.
"""

import json
from typing import Any, Final

import psycopg

from shared import observability
from shared.http.errors import error_body
from shared.http.jobs import CHANNEL

Connection = psycopg.Connection[Any]

MOST_ATTEMPTS: Final = 3

# The key of a lane's lock is our number and the lane. Who looks for lanes that nobody has, looks
# into the list of locks: to try them would take them.
_ABANDONED: Final = """
    SELECT lane FROM (SELECT DISTINCT lane FROM jobs WHERE finished IS NULL AND lane <> '') AS lanes
    WHERE NOT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND classid = 7166311 AND objsubid = 2
        AND objid = (hashtext(lane)::bigint & 4294967295)::oid
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""
_OPEN: Final = """
    SELECT lane, count(*) AS count, extract(epoch FROM now() - min(created))::float AS age
    FROM jobs WHERE finished IS NULL GROUP BY lane
"""
_ENDED: Final = """
    SELECT lane, status, count(*) AS count
    FROM jobs WHERE finished > now() - interval '1 hour' GROUP BY lane, status
"""
_LEAD: Final = "SELECT pg_try_advisory_lock(7166311, hashtext(%(lane)s)) AS leads"
_DEAD: Final = """
    UPDATE jobs SET status = 'queued', progress = 0
    WHERE lane = %(lane)s AND status = 'running' RETURNING id, attempts, request_id
"""
# The oldest of each user, and of these the one of who has waited longest since their last turn.
# What failed for want of something may have it soon, and what killed its runner lets others pass:
# both pause.
_TAKE: Final = """
    WITH waiting AS (
        SELECT DISTINCT ON (user_id) id, user_id FROM jobs
        WHERE lane = %(lane)s AND status = 'queued'
        AND (attempts = 0 OR started < now() - interval '5 seconds')
        ORDER BY user_id, id
    ), next AS (
        SELECT id FROM waiting
        ORDER BY (
            SELECT max(started) FROM jobs AS before WHERE before.user_id = waiting.user_id
        ) NULLS FIRST, id
        LIMIT 1
    )
    UPDATE jobs SET status = 'running', attempts = attempts + 1, started = now(), progress = 0
    FROM next WHERE jobs.id = next.id AND status = 'queued'
    RETURNING jobs.id, user_id, kind, caller, target, content_type, body, request_id, traceparent,
        attempts
"""
# What an attempt does to its job, as long as it is its own.
_REPORT: Final = """
    UPDATE jobs SET progress = %(percent)s
    WHERE id = %(id)s AND attempts = %(attempt)s AND status = 'running'
"""
_LET_WAIT: Final = """
    UPDATE jobs SET status = 'queued', progress = 0
    WHERE id = %(id)s AND attempts = %(attempt)s AND status = 'running'
"""
_GIVE_BACK: Final = """
    UPDATE jobs SET status = 'queued', progress = 0, attempts = attempts - 1, started = NULL
    WHERE id = %(id)s AND attempts = %(attempt)s AND status = 'running'
"""
_FAIL: Final = """
    UPDATE jobs SET status = 'failed', answer_status = %(status)s, answer = %(answer)s,
        body = NULL, finished = now()
    WHERE id = %(id)s AND attempts = %(attempt)s AND finished IS NULL
"""


def listen(connection: Connection) -> None:
    """Let `await_news` hear of new jobs."""
    connection.execute(f"LISTEN {CHANNEL}")


def await_news(connection: Connection, seconds: float) -> None:
    """Wait until there is a new job, or the time is over."""
    next(connection.notifies(timeout=seconds, stop_after=1), None)


def abandoned_lanes(connection: Connection) -> list[str]:
    """Return the lanes that have jobs and no runner."""
    return [row.lane for row in connection.execute(_ABANDONED, prepare=True)]


def open_jobs(connection: Connection) -> list[Any]:
    """Return of each lane the `count` of jobs that are not done, and the `age` of the oldest."""
    return connection.execute(_OPEN, prepare=True).fetchall()


def ended_jobs(connection: Connection) -> list[Any]:
    """Return of each lane the `count` of jobs that ended in the last hour, by their `status`."""
    return connection.execute(_ENDED, prepare=True).fetchall()


def lead(connection: Connection, lane: str) -> bool:
    """Return whether a lane is this connection's now; jobs that lost their runner are looked after.

    They wait again, but those that have lost three fail.
    """
    [row] = connection.execute(_LEAD, {"lane": lane})
    if not row.leads:
        return False
    for dead in connection.execute(_DEAD, {"lane": lane}).fetchall():
        if dead.attempts >= MOST_ATTEMPTS:
            fail(connection, dead.id, dead.attempts, 500, _given_up(dead.request_id))
    return True


def take(connection: Connection, lane: str) -> Any:
    """Begin the next job of a lane and return it; None when none is due."""
    # In binary a body is what it is; as a text it is twice as long.
    return connection.execute(_TAKE, {"lane": lane}, binary=True).fetchone()


def waits(connection: Connection, lane: str) -> bool:
    """Return whether a lane has jobs that are not done."""
    waiting = "SELECT FROM jobs WHERE lane = %(lane)s AND finished IS NULL LIMIT 1"
    return connection.execute(waiting, {"lane": lane}).fetchone() is not None


def report(connection: Connection, job: int, attempt: int, percent: int) -> None:
    """Write how far an attempt is."""
    connection.execute(_REPORT, {"id": job, "attempt": attempt, "percent": percent})


def let_wait(connection: Connection, job: int, attempt: int) -> None:
    """Let a job be tried again after a pause; nothing happens if the attempt has ended it."""
    connection.execute(_LET_WAIT, {"id": job, "attempt": attempt})


def give_back(connection: Connection, job: int, attempt: int) -> None:
    """Let a job be as it was before this attempt."""
    connection.execute(_GIVE_BACK, {"id": job, "attempt": attempt})


def fail(connection: Connection, job: int, attempt: int, status: int, answer: str) -> None:
    """End a job with the error that the direct call would have answered."""
    values = {"id": job, "attempt": attempt, "status": status, "answer": answer}
    connection.execute(_FAIL, values)


def _given_up(request_id: str | None) -> str:
    message = f"It was begun {MOST_ATTEMPTS} times, and its process ended each time before it did."
    with observability.traced(request_id, None):
        return json.dumps(error_body(500, title="Job given up", message=message))
