"""The lead: of all workers of a service, one does what only one may do at a time.

Who leads holds an advisory lock of the service's database, on a connection of its own; so the lead
ends with that connection, whatever it or the process dies of, and another worker takes it within
`_FOLLOW` seconds. A consumer that reads a queue alone keeps the order of its events on every
broker, and needs neither other queues for that nor a setting of theirs.

Who has lost the lead without noticing yet may do a little beside the next one. Then inboxes and
sequences hold, as they do for whatever a broker delivers again.
"""

import select
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any, Final

import psycopg
from prometheus_client import Gauge

from shared.bus.backoff import Backoff
from shared.db import Database
from shared.observability import logger

log = logger(__name__)

Connection = psycopg.Connection[Any]

LEADS: Final = Gauge("worker_leads", "1 where a worker leads, 0 where it follows", ["service"])

_FOLLOW: Final = 1.0  # seconds between two looks whether the lead is free
_LOOK: Final = 1.0  # seconds between two looks whether it is lost
# Each service has its own database, so one number is enough for all.
LOCK: Final = 7166314
_LEAD: Final = "SELECT pg_try_advisory_lock(%s) AS leads"


def lead(
    database: Database,
    service: str,
    work: Callable[[threading.Event], None],
    stop: threading.Event,
) -> None:
    """Do `work` whenever this process leads, until `stop`, over every failure of the database.

    Args:
        work: ends when the event that it is given is set: at `stop`, or when the lead is lost.
    """
    backoff = Backoff()
    LEADS.labels(service).set(0)
    while not stop.is_set():
        try:
            with closing(database.alone()) as connection:
                backoff.reset()
                _follow(connection, stop)
                if not stop.is_set():
                    LEADS.labels(service).set(1)
                    log.info("worker_leads")
                    _work(database, connection, work, stop)
        except psycopg.Error as error:
            log.warning("lead_lost_database", error=type(error).__name__)
            stop.wait(backoff.next())
        finally:
            LEADS.labels(service).set(0)


def _follow(connection: Connection, stop: threading.Event) -> None:
    """Wait until the lead is ours, or `stop`."""
    while not stop.is_set():
        [row] = connection.execute(_LEAD, [LOCK])
        if row.leads:
            return
        stop.wait(_FOLLOW)


def _work(
    database: Database,
    connection: Connection,
    work: Callable[[threading.Event], None],
    stop: threading.Event,
) -> None:
    """Do `work` until it ends, `stop`, or the connection is lost.

    Raises:
        psycopg.OperationalError: it is lost; `work` has ended.
    """
    over = threading.Event()
    working = threading.Thread(target=work, args=[over], name="led", daemon=True)
    working.start()
    try:
        while working.is_alive() and not stop.wait(_LOOK):
            _require(connection)
    finally:
        over.set()
        database.bells.ring_here()
        working.join()


def _require(connection: Connection) -> None:
    """Raise unless the connection still stands: an idle one has nothing to be read."""
    if select.select([connection], [], [], 0)[0]:
        connection.execute("SELECT")
