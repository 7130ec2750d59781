"""A refresh from end to end: ask the source outside of any lock, then record.

In a request when the source is quick, else as a job of the worker.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from services.assets import commands
from services.assets.commands import Inquiry, Recorded, Taken
from services.assets.domain.access import Actor
from services.assets.domain.feeds import Match, SourceTooSlow
from services.assets.models import Job
from services.assets.outside.sources import Sources
from shared.db import Database
from shared.errors import ServiceError
from shared.observability import logger

log = logger(__name__)

_IN_A_JOB: Final = 60.0  # seconds


@dataclass(frozen=True)
class Refreshes:
    """Refreshes that people ask for.

    Attributes:
        in_a_request: seconds that a client waits for a source.
    """

    sources: Sources
    in_a_request: float

    def refresh(self, session: Session, asset_id: int, *, by: Actor) -> Recorded | Job:
        """Return what the source said of an asset, or the job that waits for it.

        Raises:
            NotFound, Forbidden: see `commands.changes.permitted`.
            Conflict: there is nobody to ask: see `Sources.serving`.
            DataSourceError: the source failed; nothing has changed.
        """
        inquiry = commands.inquiry(session, asset_id, by=by)
        try:
            record = ask(self.sources, inquiry, self.in_a_request, by)
        except SourceTooSlow:
            return commands.queue_refresh(session, asset_id, by=by)
        return record(session)

    def search(self, name: str, text: str) -> Sequence[Match]:
        """Return what a source calls something.

        Raises:
            NotFound: there is no such source.
            Conflict: it cannot be searched.
            DataSourceError: it failed.
        """
        return self.sources.searchable(name).search(text, self.in_a_request)

    def work(self, database: Database) -> None:
        """Do the next job, if one waits."""
        taken = database.unit(commands.take_job)
        if taken is None:
            return
        try:
            self._do(database, taken)
        except ServiceError as error:
            failure = error
            log.info("refresh_failed", asset=taken.inquiry.asset_id, reason=error.message)
            database.unit(lambda session: commands.fail_job(session, taken.job_id, failure))

    def _do(self, database: Database, taken: Taken) -> None:
        record = ask(self.sources, taken.inquiry, _IN_A_JOB, taken.by)
        database.unit(lambda session: commands.finish_job(session, taken.job_id, record(session)))


def ask(
    sources: Sources, inquiry: Inquiry, within: float, by: Actor
) -> Callable[[Session], Recorded]:
    """Ask the source of an asset; return what records its answer.

    Args:
        within: seconds that it may take.

    Raises:
        Conflict: there is nobody to ask: see `Sources.serving`.
        DataSourceError: the source failed.
    """
    source = sources.serving(inquiry.source, inquiry.wanted.asset_type)
    delivery = source.history(inquiry.wanted, within)
    return partial(
        commands.record_delivery,
        asset_id=inquiry.asset_id,
        delivery=delivery,
        by=by,
        source=source.name,
        since=inquiry.wanted.since,
    )
