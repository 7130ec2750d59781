"""Jobs as the public API answers them."""

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from services.assets.models import Job
from shared.errors import NotFound


def one(session: Session, job_id: int, user_id: int) -> RowMapping:
    """Return one job.

    Raises:
        NotFound: there is none (any more), or somebody else asked for it.
    """
    columns = (Job.id, Job.kind, Job.status, Job.progress, Job.result, Job.error)
    statement = select(*columns).where(Job.id == job_id, Job.user_id == user_id)
    row = session.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound.of("job")
    return row
