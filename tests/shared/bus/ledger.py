"""The service `ledger` as a process: `python -m tests.shared.bus.ledger [type …]`.

It relays its outbox and, for each type that is named, leaves an effect.
"""

import sys

from shared import observability, settings, worker
from shared.db import Database
from tests.shared.bus.database import leave_effect

if __name__ == "__main__":
    configuration = settings.load("ledger")
    observability.configure_logging("ledger", configuration.log_level)
    database = Database(configuration.database_url, pool_size=3)
    sys.exit(worker.run(configuration, database, dict.fromkeys(sys.argv[1:], leave_effect)))
