"""The appraiser: values portfolios again whose ledger or prices changed, and measures their risk.

A portfolio that changes in a burst is valued when the burst pauses, or some seconds after it began.
Its risk is measured when one of its days has changed and it holds something, once a minute at most.
"""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Final

import numpy as np
import psycopg
from prometheus_client import Histogram
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from services.analytics import queries
from services.analytics.answers import watched
from services.analytics.answers.memory.portfolios import Portfolios, WholePortfolio
from services.analytics.commands import marks, snapshots
from services.analytics.domain.snapshots import retake_snapshots
from shared.db import Database
from shared.faults import crash_point
from shared.finance.lots import CostMethod
from shared.observability import logger
from shared.spans import span

log = logger(__name__)

Work = Callable[[Session, int], None]

ROUND: Final = 100  # portfolios valued between two looks at what waits
_MEASURED: Final = 5  # portfolios whose risk is measured in a round
_POLL: Final = 0.2  # seconds, while something waits
_PATIENCE: Final = marks.Patience(pause=timedelta(seconds=0.5), longest=timedelta(seconds=4))
_PARKED_FOR: Final = 5.0  # seconds until a portfolio that failed is tried again
_SECONDS: Final = Histogram("appraisal_seconds", "Time to value or measure a portfolio", ["work"])


class Appraiser:
    """Works until it is stopped; any number of appraisers may work side by side."""

    def __init__(self, database: Database, portfolios: Portfolios) -> None:
        self._database = database
        self._portfolios = portfolios
        self._bell = database.bells[marks.BELL]
        self._parked: dict[int, float] = {}  # portfolio → monotonic seconds until it is tried again

    def run(self, stop: threading.Event) -> None:
        """Value and measure until `stop`; a database that is away is waited for."""
        while not stop.is_set():
            has_work = False
            try:
                has_work = self._has_work()
                if has_work and self.work(stop, _PATIENCE) == ROUND:
                    continue
            except (SQLAlchemyError, psycopg.Error) as error:
                log.warning("appraiser_lost_database", error=type(error).__name__)
            self._bell.wait(_POLL, is_busy=has_work)

    def _has_work(self) -> bool:
        [row] = self._database.read(queries.APPRAISAL_WAITS, {})
        return bool(row.waits)

    def work(self, stop: threading.Event, patience: marks.Patience = marks.NO_PATIENCE) -> int:
        """Value what waits and measure some of what is due; return how many were waiting."""
        now = time.monotonic()
        self._parked = {key: until for key, until in self._parked.items() if until > now}
        waiting = marks.waiting(self._database, ROUND, self._parked, patience)
        self._each(waiting, self._revalue, stop)
        due = snapshots.due(self._database, _MEASURED, self._parked)
        self._each(due, self._remeasure, stop)
        return len(waiting)

    def _each(self, portfolio_ids: Iterable[int], do: Work, stop: threading.Event) -> None:
        for portfolio_id in portfolio_ids:
            if stop.is_set():
                return
            with _SECONDS.labels(do.__name__.strip("_")).time():
                self._guarded(do, portfolio_id)

    def _guarded(self, do: Work, portfolio_id: int) -> None:
        try:
            # Several requests have caused it, so it has a trace of its own.
            name = do.__name__.strip("_")
            with span(name, "internal", {"portfolio": portfolio_id}, request=None, trace=None):
                self._database.unit(lambda session: do(session, portfolio_id))
        except Exception as error:
            # The others go on, and nothing is lost: what it waits for is still marked.
            log.error("portfolio_not_appraised", portfolio=portfolio_id, exc_info=error)
            self._parked[portfolio_id] = time.monotonic() + _PARKED_FOR

    def _revalue(self, session: Session, portfolio_id: int) -> None:
        claim = marks.claim(session, portfolio_id)
        if claim is None:
            return
        row = queries.portfolio(self._database, portfolio_id)
        if row is None or row.is_gone:
            snapshots.forget_snapshots(session, portfolio_id)
        else:
            portfolio = self._portfolios.complete(session, row)
            changed = self._retake(session, portfolio, np.datetime64(claim.since, "D"))
            snapshots.tell_value(session, row, portfolio.rate_symbols, changed=changed)
        crash_point("after_snapshots_before_settle")
        marks.settle(session, claim)

    def _retake(self, session: Session, portfolio: WholePortfolio, since: np.datetime64) -> bool:
        row = portfolio.row
        books = self._portfolios.books(session, portfolio)
        settled, days = retake_snapshots(books, CostMethod(row.cost_basis_method), since)
        return snapshots.store_snapshots(session, row.id, date.fromisoformat(str(settled)), days)

    def _remeasure(self, session: Session, portfolio_id: int) -> None:
        last = snapshots.claim_due(session, portfolio_id)
        row = queries.portfolio(self._database, portfolio_id)
        if last is None or row is None or row.is_gone:
            return
        portfolio = self._portfolios.complete(session, row)
        figures = watched.figures(session, self._portfolios, portfolio)
        snapshots.tell_risk(session, row, last, figures)
