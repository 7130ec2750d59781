"""How a request becomes a job, and how the job tells of itself while it is answered."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from flask import Response, has_request_context, request
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shared import observability
from shared.errors import ServiceError, TooMany, ValidationFailed
from shared.http import bodies
from shared.http.caps import take_turn
from shared.http.context import identity, service_app, session
from shared.http.jobs.table import CHANNEL, DONE, QUEUED, RUNNING, id_of
from shared.http.preferences import preferences
from shared.identity import Identity

View = Callable[..., Any]
Size = Callable[..., int]

# In the environment of a request that a runner makes; no header of a client gets there.
RUN: Final = "finance.job"
_NOUN: Final = "open jobs"


class JobLost(ServiceError):
    """Another runner has taken the job over, or its user is gone: nothing that was done stays."""


@dataclass(frozen=True)
class Run:
    """One attempt at a job.

    Attributes:
        identity: of the user who asked, as it was then.
        report: writes how far it is, in percent.
    """

    number: int
    attempt: int
    identity: Identity
    report: Callable[[int], None]


def bound(
    view: View,
    kind: str,
    *,
    lane: str,
    size: Size,
    most: float,
    limit: float,
    too_slow: type[ServiceError] | tuple[()],
) -> View:
    """Return `view`, whose long requests become jobs: see `Blueprint.job`."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if running():
            return view(*args, **kwargs)
        rows = size(*args, **kwargs)
        if rows > limit and _is_long():
            raise ValidationFailed.of("body", f"It has more than {limit} rows.")
        if rows <= limit and (rows > most or preferences().is_async or _is_long()):
            return accept(kind, lane)
        try:
            return view(*args, **kwargs)
        except too_slow:
            return accept(kind, lane)

    return wrapper


def _is_long() -> bool:
    return request.is_json and bodies.is_long(request.get_data())


def accept(kind: str, lane: str) -> Response:
    """Store this request as a job; return what points to it.

    A request without a body that waits already is not stored twice.

    Raises:
        TooMany: the user has enough of them.
    """
    table, user = service_app.job_table, identity.user_id
    take_turn(_NOUN, user)
    mine = select(table.id).where(table.user_id == user, table.finished.is_(None))
    target, body = request.full_path.removesuffix("?"), request.get_data()
    number = None if body else session.scalar(mine.where(table.target == target).limit(1))
    if number is None:
        most = service_app.settings.caps[_NOUN]
        if len(session.scalars(mine).all()) >= most:
            raise TooMany(
                f"You have {most} jobs that are not done yet: wait for one of them, or cancel it."
            )
        job = table(
            user_id=user,
            lane=lane,
            kind=kind,
            status=QUEUED,
            caller={
                "scopes": sorted(identity.scopes),
                "is_staff": identity.is_staff,
                "currency": identity.currency,
                "token_id": identity.token_id,
            },
            target=target,
            content_type=request.content_type,
            body=body or None,
            request_id=observability.request_id(),
            traceparent=observability.traceparent(),
        )
        session.add(job)
        session.flush()
        session.execute(select(func.pg_notify(CHANNEL, lane)))
        number = job.id
    location = f"/api/jobs/{id_of(service_app.settings.name, number)}/"
    return Response(status=202, headers={"Location": location})


def running() -> Run | None:
    """Return the attempt that this request is; None for one of a client."""
    return request.environ.get(RUN) if has_request_context() else None


def progress(percent: int) -> None:
    """Say how far a request is, in case it is a job."""
    if run := running():
        run.report(percent)


def finish(session: Session, run: Run, response: Response) -> None:
    """Store the answer of a job in the transaction of its effect.

    Raises:
        JobLost: the job is not this attempt's any more.
    """
    table = service_app.job_table
    ended = (
        update(table)
        .where(table.id == run.number, table.attempts == run.attempt, table.status == RUNNING)
        .values(
            status=DONE,
            progress=100,
            answer_status=response.status_code,
            answer=response.get_data(as_text=True),
            body=None,
            finished=func.now(),
        )
        .returning(table.id)
    )
    if session.scalar(ended) is None:
        raise JobLost
