"""Catching up: asks the owner of ledgers that are behind for all of them."""

import threading
import time
from collections.abc import Callable
from typing import Final

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from services.analytics import queries
from services.analytics.commands import catching_up
from services.analytics.commands.catching_up import Behind
from services.analytics.outside.owners import PortfolioSnapshot
from shared.db import Database
from shared.errors import NotFound, Unavailable
from shared.observability import logger

log = logger(__name__)

_ROUND: Final = 100  # portfolios asked for between two looks at which are behind
_POLL: Final = 0.1  # seconds, while more may come
_PARKED_FOR: Final = 5.0  # seconds until a portfolio that failed is asked for again


class CatchUp:
    """Works until it is stopped.

    Args:
        ask: returns a portfolio with its ledger; raises NotFound or Unavailable.
    """

    def __init__(self, database: Database, ask: Callable[[int], PortfolioSnapshot]) -> None:
        self._database = database
        self._ask = ask
        self._bell = database.bells[catching_up.BELL]
        self._parked: dict[int, float] = {}  # portfolio → monotonic seconds until it is tried again

    def run(self, stop: threading.Event) -> None:
        """Catch up until `stop`; a database or an owner that is away is waited for."""
        while not stop.is_set():
            is_any = False
            try:
                [row] = self._database.read(queries.ANY_BEHIND, {})
                is_any = bool(row.waits) and self.work(stop) > 0
            except (SQLAlchemyError, psycopg.Error) as error:
                log.warning("catch_up_lost_database", error=type(error).__name__)
            self._bell.wait(_POLL, is_busy=is_any)

    def work(self, stop: threading.Event) -> int:
        """Ask for what is behind; return how many portfolios that were."""
        now = time.monotonic()
        self._parked = {key: until for key, until in self._parked.items() if until > now}
        rows = self._database.unit(lambda unit: catching_up.behind(unit, _ROUND, self._parked))
        for row in rows:
            if stop.is_set():
                break
            self._guarded(row)
        return len(rows)

    def _guarded(self, row: Behind) -> None:
        began = time.monotonic()
        try:
            snapshot = self._asked(row.id)
            self._database.unit(lambda unit: catching_up.catch_up(unit, row, snapshot))
            # One that changes all the time is behind again already, and gets half of the time.
            self._parked[row.id] = 2 * time.monotonic() - began
        except catching_up.Overtaken:
            log.info("portfolio_overtaken", portfolio=row.id)
        except Exception as error:
            # The others go on, and nothing is lost: it is still behind.
            awaited = isinstance(error, Unavailable)
            log.warning("portfolio_stays_behind", portfolio=row.id, exc_info=not awaited)
            self._parked[row.id] = time.monotonic() + _PARKED_FOR

    def _asked(self, portfolio_id: int) -> PortfolioSnapshot | None:
        try:
            return self._ask(portfolio_id)
        except NotFound:
            return None
