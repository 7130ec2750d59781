"""Jobs: refreshes that take longer than a request."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session

from services.assets.commands.changes import permitted
from services.assets.commands.refresh import Inquiry, Recorded, inquiry
from services.assets.domain.access import SYSTEM, Actor
from services.assets.models import DONE, FAILED, PENDING, RUNNING, Asset, Job
from shared.errors import ServiceError

REFRESH: Final = "refresh_data"
# A worker that died with a job leaves it running; no job takes this long.
_GIVEN_UP_AFTER: Final = timedelta(minutes=5)
_KEPT_FOR: Final = timedelta(days=7)


@dataclass(frozen=True)
class Taken:
    """A job that a worker has taken: what it asks the source, and for whom."""

    job_id: int
    by: Actor
    inquiry: Inquiry


def queue_refresh(session: Session, asset_id: int, *, by: Actor) -> Job:
    """Let the worker refresh an asset; a refresh that already waits is returned.

    Raises:
        NotFound, Forbidden: see `changes.permitted`.
    """
    asset = permitted(session, asset_id, by, lock=True)
    waiting = select(Job).where(
        Job.asset_id == asset.id, Job.user_id == by.user_id, Job.finished.is_(None)
    )
    job = session.scalar(waiting.limit(1))
    if job is None:
        job = Job(user_id=by.user_id, asset_id=asset.id, kind=REFRESH)
        session.add(job)
        session.flush()
    return job


def take_job(session: Session) -> Taken | None:
    """Take the oldest job that waits, or whose worker died; None when there is none."""
    now = datetime.now(UTC)
    died = and_(Job.status == RUNNING, Job.started < now - _GIVEN_UP_AFTER)
    waiting = (
        select(Job)
        .where(Job.finished.is_(None), or_(Job.status == PENDING, died))
        .order_by(Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    job = session.scalar(waiting)
    if job is None:
        return None
    job.status, job.started = RUNNING, now
    by = _actor_of(session, job)
    return Taken(job.id, by, inquiry(session, job.asset_id, by=by))


def finish_job(session: Session, job_id: int, recorded: Recorded) -> None:
    """Write down what a job recorded."""
    job = session.get_one(Job, job_id)
    job.status, job.progress, job.finished = DONE, 100, datetime.now(UTC)
    job.result = {"prices": recorded.prices, "left_out": recorded.left_out}


def fail_job(session: Session, job_id: int, error: ServiceError) -> None:
    """Write down why a job failed."""
    job = session.get_one(Job, job_id)
    job.status, job.finished = FAILED, datetime.now(UTC)
    job.error = {"code": error.code, "message": error.message}


def purge_jobs(session: Session) -> None:
    """Delete jobs that ended more than seven days ago."""
    session.execute(delete(Job).where(Job.finished < func.now() - _KEPT_FOR))


def _actor_of(session: Session, job: Job) -> Actor:
    """Return who asked; that they might was verified when the job was queued."""
    owner = session.scalar(select(Asset.owner_id).where(Asset.id == job.asset_id))
    return SYSTEM if owner is None else Actor(owner)
