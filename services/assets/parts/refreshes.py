"""A refresh from end to end: ask the source outside of any lock, then record.

In a request when the source is quick, else as a job of the worker.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from services.assets import commands
from services.assets.commands import Recorded, Taken
from services.assets.domain.access import Actor
from services.assets.domain.feeds import Source, SourceTooSlow
from services.assets.models import Job
from shared.db import Database
from shared.errors import ServiceError
from shared.observability import logger

log = logger(__name__)

_IN_A_JOB: Final = 60.0  # seconds


@dataclass(frozen=True)
class Refreshes:
    """Refreshes from one source.

    Attributes:
        in_a_request: seconds that a client waits for the source.
    """

    source: Source
    in_a_request: float

    def refresh(self, session: Session, asset_id: int, *, by: Actor) -> Recorded | Job:
        """Return what the source said of an asset, or the job that waits for it.

        Raises:
            NotFound, Forbidden: see `commands.changes.permitted`.
            DataSourceError: the source failed; nothing has changed.
        """
        wanted = commands.wanted(session, asset_id, by=by)
        try:
            delivery = self.source.history(wanted.symbol, wanted.since, self.in_a_request)
        except SourceTooSlow:
            return commands.queue_refresh(session, asset_id, by=by)
        return commands.record_delivery(session, asset_id, delivery, by=by, source=self.source.name)

    def work(self, database: Database) -> None:
        """Do the next job, if one waits."""
        taken = database.unit(commands.take_job)
        if taken is None:
            return
        try:
            self._do(database, taken)
        except ServiceError as error:
            failure = error
            log.info("refresh_failed", asset=taken.wanted.asset_id, reason=error.message)
            database.unit(lambda session: commands.fail_job(session, taken.job_id, failure))

    def _do(self, database: Database, taken: Taken) -> None:
        wanted = taken.wanted
        delivery = self.source.history(wanted.symbol, wanted.since, _IN_A_JOB)

        def record(session: Session) -> None:
            recorded = commands.record_delivery(
                session, wanted.asset_id, delivery, by=taken.by, source=self.source.name
            )
            commands.finish_job(session, taken.job_id, recorded)

        database.unit(record)
