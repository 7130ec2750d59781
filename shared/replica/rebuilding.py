"""Copies made anew from their owners: they then equal what the events made of them.

Safe beside a running worker: what an event makes newer meanwhile stays.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final, TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shared.db import Database, sqlstate
from shared.errors import ServiceError, Unavailable
from shared.observability import logger
from shared.replica.copies import Replica, S

T = TypeVar("T")
log = logger(__name__)

Report = Callable[[str], None]

_REPORT_EVERY: Final = 100


class Incomplete(ServiceError):
    """Something could not be made anew; all else was."""


class Rebuild:
    """One run. A row that fails is noted, and the others go on.

    Args:
        report: takes a line of progress now and then.

    Attributes:
        forgotten: how many of ours their owners no longer know.
    """

    def __init__(self, database: Database, report: Report) -> None:
        self.forgotten = 0
        self._database = database
        self._report = report
        self._failures: dict[tuple[str, int], str] = {}

    def copy(self, replica: Replica[S]) -> int:
        """Adopt all that an owner has and forget what it no longer has; return how many it has.

        Raises:
            Unavailable: the owner does not answer; what was stored until then stays.
        """
        # Ours are listed before the owner's, so that nothing made meanwhile is taken for gone.
        ours = self._database.unit(replica.kept)
        adopted = self._counted(replica.name, self._adopted(replica))
        failed = {key for name, key in self._failures if name == replica.name}

        def forget(session: Session, key: int) -> None:
            replica.forget(session, key, ours[key])

        for key in sorted(ours.keys() - set(adopted) - failed):
            self.forgotten += len(self._one(replica.name, key, forget))
        return len(adopted)

    def each(
        self, noun: str, keys: Iterable[int], work: Callable[[Session, int], T]
    ) -> Sequence[T]:
        """Do `work` for each key, in a unit of its own; return what it returned."""
        results = (self._one(noun, key, work) for key in keys)
        return self._counted(noun, chain.from_iterable(results))

    def closed(self, summary: str) -> str:
        """Return `summary`, if nothing failed.

        Raises:
            Incomplete: something did; with the summary, and what it was.
        """
        if not self._failures:
            return summary
        lines = [f"{noun} {key}: {reason}" for (noun, key), reason in self._failures.items()]
        raise Incomplete("\n".join([summary, f"{len(lines)} failed:", *lines]))

    def _adopted(self, replica: Replica[S]) -> Iterator[int]:
        ids = iter(replica.ids())
        while some := list(islice(ids, replica.at_once)):
            yield from self._adopt(replica, some)

    def _adopt(self, replica: Replica[S], ids: Sequence[int]) -> Iterable[int]:
        try:
            return replica.adopt(ids)
        except Exception as error:
            if isinstance(error, Unavailable):
                next(iter(replica.ids()), None)  # raises, if the owner is away for any row
            if len(ids) == 1:
                self._note(replica.name, ids[0], error)
                return []
        # Which of them it was shows when each is asked for alone.
        return list(chain.from_iterable(self._adopt(replica, [key]) for key in ids))

    def _one(self, noun: str, key: int, work: Callable[[Session, int], T]) -> list[T]:
        try:
            return [self._database.unit(lambda session: work(session, key))]
        except Exception as error:
            self._note(noun, key, error)
            return []

    def _note(self, noun: str, key: int, error: Exception) -> None:
        if isinstance(error, OperationalError) and sqlstate(error) is None:
            raise error  # it is the database that does not answer
        log.warning("not_made_anew", rows=noun, id=key, exc_info=error)
        self._failures[noun, key] = str(error).partition("\n")[0]

    def _counted(self, noun: str, results: Iterable[T]) -> Sequence[T]:
        counted = []
        for result in results:
            counted.append(result)
            if len(counted) % _REPORT_EVERY == 0:
                self._report(f"{len(counted)} {noun} …")
        self._report(f"{len(counted)} {noun}.")
        return counted
