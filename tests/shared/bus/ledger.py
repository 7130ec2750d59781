"""The service `ledger` as a process: `python -m tests.shared.bus.ledger [type …]`.

It relays its outbox and, for each type that is named, leaves an effect; an event that says so
fails, kills it, or hangs for ever.
"""

import os
import sys
import threading

from sqlalchemy.orm import Session

from shared import observability, settings, worker
from shared.db import Database
from shared.ending import end_with
from shared.events import Event
from tests.shared.bus.database import leave_effect

log = observability.logger(__name__)


def handle(session: Session, event: Event) -> None:
    leave_effect(session, event)
    if event.data.get("fails"):
        raise ValueError("broken")
    if event.data.get("kills"):
        os._exit(137)
    if event.data.get("hangs"):
        log.warning("hanging")
        threading.Event().wait()


def main() -> int:
    configuration = settings.load("ledger")
    observability.configure_logging("ledger", configuration.log_level)
    database = Database(configuration.database_url, pool_size=3)
    return worker.run(configuration, database, dict.fromkeys(sys.argv[1:], handle))


if __name__ == "__main__":
    end_with(main)
