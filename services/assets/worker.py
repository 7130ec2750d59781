"""Assets' second process: it relays the outbox, follows trades, and refreshes prices."""

import sys

from services.assets import commands, handlers, settings
from services.assets.models import IdempotencyKey
from services.assets.outside import sources
from services.assets.outside.owners import Owners
from services.assets.parts.refreshes import Refreshes
from services.assets.replicas import Replicas
from services.assets.schemas import price_bars
from shared import observability, worker
from shared.db import Database
from shared.http import idempotency
from shared.identity import Signer
from shared.worker import Timer


def main() -> int:
    """Work until told to stop."""
    configuration = settings.load()
    observability.configure_logging("assets", configuration.log_level)
    database = Database(configuration.database_url, pool_size=3)
    owners = Owners(configuration.urls, Signer("assets", configuration.service_key_file))
    source = sources.source(configuration.data_source, price_bars)
    refreshes = Refreshes(source, configuration.source_seconds)
    every = configuration.refresh_every
    timers = [
        Timer("idempotency", 3600, lambda session: idempotency.purge(session, IdempotencyKey)),
        Timer("old_jobs", 3600, commands.purge_jobs),
        # One a second, so that a source is never flooded.
        Timer("jobs", 1, lambda _: refreshes.work(database)),
    ]
    if configuration.data_source:
        timers.append(Timer("due", 60, lambda session: commands.queue_due(session, every)))
    table = handlers.table(Replicas(database, owners))
    return worker.run(configuration, database, handlers=table, timers=timers)


if __name__ == "__main__":
    sys.exit(main())
