"""Analytics' second process: it follows ledgers and prices, and relays the outbox."""

import sys

from services.analytics import handlers, settings
from services.analytics.owners import Owners
from shared import observability, worker
from shared.db import Database
from shared.identity import Signer


def main() -> int:
    """Work until told to stop."""
    configuration = settings.load()
    observability.configure_logging("analytics", configuration.log_level)
    signer = Signer("analytics", configuration.service_key_file)
    return worker.run(
        configuration,
        Database(configuration.database_url, pool_size=3),
        handlers=handlers.table(Owners(configuration.urls, signer)),
    )


if __name__ == "__main__":
    sys.exit(main())
