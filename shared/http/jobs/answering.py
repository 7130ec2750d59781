"""What is answered of a job: the job while it is open, then what the direct call would answer."""

import re
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cache
from typing import Any, Final

import orjson
from flask import Response, current_app
from marshmallow import fields, validate
from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.orm import Session

from shared.db import Query
from shared.errors import NotFound, RateLimited
from shared.http.context import identity, service_app
from shared.http.jobs.table import COLUMNS, STATES, id_of
from shared.http.lanes import Lane, LaneFull
from shared.http.preferences import preferences
from shared.http.schemas import StrictSchema, Time

# Who waits takes a thread.
AWAITING: Final = Lane("awaiting", places=1, waiting=0, share=1)

_LOCATION: Final = re.compile(r"/api/jobs/([a-z]+)-([0-9]+)/")
_LOOK: Final = 0.1  # seconds


class _Answer(fields.Dict):
    """A body that was answered."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return value


class JobSchema(StrictSchema):
    """What runs longer than a request."""

    id = fields.String(metadata={"description": "Id of the job.", "example": "portfolio-17"})
    kind = fields.String(
        metadata={"description": "What it does.", "example": "import_transactions"}
    )
    status = fields.String(
        validate=validate.OneOf(STATES),
        metadata={"description": "Where it stands.", "example": "done"},
    )
    progress = fields.Integer(metadata={"description": "In percent.", "example": 100})
    result = _Answer(
        allow_none=True,
        metadata={
            "description": "Once done: the body that the call would have answered. In a list null"
            " where it is longer than a kilobyte: the job itself has it.",
            "example": {"import_id": 1, "created": 12, "skipped": 0},
        },
    )
    error = _Answer(
        allow_none=True,
        metadata={
            "description": "Once failed: the error that the call would have answered. In a list"
            " null where it is longer than a kilobyte.",
            "example": None,
        },
    )
    created = Time(
        metadata={"description": "When it was accepted.", "example": "2024-01-20T15:45:00Z"}
    )
    started = Time(
        allow_none=True,
        metadata={"description": "When it was begun.", "example": "2024-01-20T15:45:01Z"},
    )
    finished = Time(
        allow_none=True,
        metadata={"description": "When it ended.", "example": "2024-01-20T15:45:09Z"},
    )


class AcceptedSchema(StrictSchema):
    """The job that does what takes longer than a request."""

    job = fields.Nested(JobSchema)


_SCHEMA: Final = JobSchema()


def resource(
    job_id: str, row: Any, *, read: Callable[[str], Any] = orjson.loads
) -> Mapping[str, Any]:
    """Return a job as `JobSchema` dumps it.

    Args:
        job_id: as clients know it.
        row: with all other `COLUMNS`.
        read: reads the answer; `orjson.Fragment` lets a long one go out as it is stored.
    """
    answer = None if row.answer is None else read(row.answer)
    is_refused = (row.answer_status or 0) >= 400
    return {
        "id": job_id,
        "kind": row.kind,
        "status": row.status,
        "progress": row.progress,
        "result": None if is_refused else answer,
        "error": answer if is_refused else None,
        "created": row.created,
        "started": row.started,
        "finished": row.finished,
    }


def number_in(job_id: str) -> int:
    """Return the number of one of our jobs by the id that clients know.

    Raises:
        NotFound: it is a job of another service.
    """
    service, _, number = job_id.rpartition("-")
    # Jobs of assets had plain numbers once.
    if (service or "assets") != service_app.settings.name:
        raise NotFound.of("job")
    return int(number)


def is_accepted(response: Response) -> bool:
    """Return whether an answer, or one that an Idempotency-Key kept, points to a job."""
    return response.status_code == 202 and bool(_LOCATION.fullmatch(response.location or ""))


def came_to_nothing(session: Session, accepted: Response) -> bool:
    """Return whether the job was cancelled, or failed by no fault of the request (5xx).

    Then nothing was done, and the same request may be sent again.
    """
    [(_, number)] = _LOCATION.findall(accepted.location or "")
    table = service_app.job_table
    row = session.execute(select(table.answer_status).where(table.id == int(number))).one_or_none()
    return row is None or (row.answer_status or 0) >= 500


def as_it_stands(accepted: Response) -> Response:
    """Return the final answer of a job that has ended, now or while the client waits; else the job.

    Args:
        accepted: points to it; it is committed.

    Raises:
        NotFound: it was cancelled.
    """
    [(_, number)] = _LOCATION.findall(accepted.location or "")
    asked = preferences()
    row, has_waited = _awaited(int(number), asked.wait or 0)
    body, status = row.answer, row.answer_status
    if not row.finished:
        job_id = id_of(service_app.settings.name, row.id)
        body, status = current_app.json.dumps({"job": _SCHEMA.dump(resource(job_id, row))}), 202
    response = Response(body, status, mimetype="application/json")
    if not row.finished:
        response.location = accepted.location
    if replayed := accepted.headers.get("Idempotency-Replayed"):
        response.headers["Idempotency-Replayed"] = replayed
    if applied := asked.applied(has_waited=has_waited):
        response.headers["Preference-Applied"] = applied
    return response


def _awaited(number: int, seconds: int) -> tuple[Any, bool]:
    """Return a job when it has ended or the time is over, and whether it was waited for."""
    row = _read(number)
    if row.finished or not seconds:
        return row, bool(row.finished)
    until = time.monotonic() + seconds
    with ExitStack() as stack:
        try:
            stack.enter_context(AWAITING.place())
        except (RateLimited, LaneFull):
            return row, False
        while not row.finished and time.monotonic() < until:
            time.sleep(_LOOK)
            row = _read(number)
    return row, True


def _read(number: int) -> Any:
    parameters = {"number": number, "user": identity.user_id}
    rows = service_app.database.read(_one(service_app.job_table), parameters)
    if not rows:
        raise NotFound.of("job")
    return rows[0]


@cache
def _one(table: type[Any]) -> Query:
    of_user = select(*(getattr(table, name) for name in COLUMNS)).where(
        table.id == bindparam("number", type_=BigInteger),
        table.user_id == bindparam("user", type_=BigInteger),
    )
    return Query(of_user)
