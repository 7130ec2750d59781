"""Refreshes that nobody asks for, one after the other, so that no source is flooded."""

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from prometheus_client import Gauge
from sqlalchemy.orm import Session

from services.assets import commands
from services.assets.commands import Turn
from services.assets.domain.feeds import SourceDown
from services.assets.outside.sources import Sources
from shared.db import Database
from shared.errors import ServiceError
from shared.observability import logger

log = logger(__name__)

RESTING: Final = Gauge(
    "data_source_resting", "1 while a price source that is down is left alone", ["source"]
)
_BETWEEN: Final = 1.0  # seconds
_WITHIN: Final = 30.0  # seconds
# A source that is down is left alone for a minute, then for twice as long each time, at most an
# hour: whoever else is due would wait for it in vain.
_FIRST_REST: Final = 60.0
_LONGEST_REST: Final = 3600.0


@dataclass
class Rest:
    """How long a source that is down is left alone."""

    failures: int = 0
    until: float = 0  # by the clock that only goes forward

    def begin(self) -> float:
        """Begin another; return its seconds."""
        seconds: float = min(_LONGEST_REST, _FIRST_REST * 2**self.failures)
        self.failures += 1
        self.until = time.monotonic() + seconds
        return seconds


@dataclass
class Turns:
    """The refreshes of whatever is due.

    Attributes:
        every: from the answer for an asset to its next turn.
    """

    database: Database
    sources: Sources
    every: timedelta
    _rests: dict[str, Rest] = field(default_factory=dict)

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop."""
        while not stop.wait(_BETWEEN):
            try:
                while self.take() and not stop.is_set():
                    pass
            except Exception as error:
                # A database that restarts must not end the worker.
                log.error("refreshing_failed", exc_info=error)

    def take(self) -> bool:
        """Do the next turn; return whether it asked nobody, so that another may follow at once."""
        turn = self.database.unit(commands.take_turn)
        if turn is None:
            return False
        try:
            return self._do(turn)
        except ServiceError as error:
            log.info("refresh_failed", asset=turn.asset_id, reason=error.message)
            every = self.every
            self.database.unit(lambda session: commands.fail_turn(session, turn.asset_id, every))
            return False

    def _do(self, turn: Turn) -> bool:
        inquiry = self.database.unit(
            lambda session: commands.inquiry(session, turn.asset_id, by=turn.by)
        )
        source = self.sources.serving(inquiry.source, inquiry.wanted.asset_type)
        rest = self._rests.setdefault(source.name, Rest())
        seconds = rest.until - time.monotonic()
        if seconds > 0:
            until = datetime.now(UTC) + timedelta(seconds=seconds)
            self.database.unit(lambda session: commands.put_turn_off(session, turn.asset_id, until))
            return True
        try:
            record = commands.ask(self.sources, inquiry, by=turn.by, within=_WITHIN)
        except SourceDown:
            RESTING.labels(source.name).set(1)
            log.warning("data_source_rests", source=source.name, seconds=rest.begin())
            raise
        rest.failures = 0
        RESTING.labels(source.name).set(0)

        def end(session: Session) -> None:
            record(session)
            commands.end_turn(session, turn.asset_id, self.every)

        self.database.unit(end)
        return False
