"""Auth's second process: it relays the outbox. Auth consumes no events."""

from services.auth import commands, settings
from services.auth.models import IdempotencyKey
from shared import observability, worker
from shared.db import Database
from shared.ending import end_with
from shared.http import idempotency


def main() -> int:
    """Work until told to stop."""
    configuration = settings.load()
    observability.configure_logging("auth", configuration.log_level)
    return worker.run(
        configuration,
        Database(configuration.database_url, configuration.database_direct_url, pool_size=3),
        handlers={},
        timers=[
            worker.Timer(
                "idempotency", 3600, lambda session: idempotency.purge(session, IdempotencyKey)
            ),
            worker.Timer("unused-logins", 3600, commands.end_unused_logins),
            worker.Timer("failed-attempts", 3600, commands.forget_old_failures),
        ],
    )


if __name__ == "__main__":
    end_with(main)
