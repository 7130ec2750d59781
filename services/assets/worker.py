"""Assets' second process: it relays the outbox and hears of users who left."""

import sys

from services.assets import handlers, settings
from services.assets.models import IdempotencyKey
from shared import observability, worker
from shared.db import Database
from shared.http import idempotency


def main() -> int:
    """Work until told to stop."""
    configuration = settings.load()
    observability.configure_logging("assets", configuration.log_level)
    return worker.run(
        configuration,
        Database(configuration.database_url, pool_size=3),
        handlers=handlers.HANDLERS,
        timers=[
            worker.Timer(
                "idempotency", 3600, lambda session: idempotency.purge(session, IdempotencyKey)
            )
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
