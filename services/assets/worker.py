"""Assets' second process: it relays the outbox, follows trades, and refreshes prices."""

import sys

from services.assets import commands, handlers, settings
from services.assets.domain.price_files import price_bars, row_bars
from services.assets.models import IdempotencyKey
from services.assets.outside.owners import Owners
from services.assets.outside.sources import Readers, Sources
from services.assets.parts.refreshes import Refreshes
from services.assets.parts.turns import Turns
from services.assets.replicas import Replicas
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
    sources = Sources(configuration.data_sources, Readers(price_bars, row_bars))
    refreshes = Refreshes(sources, configuration.source_seconds)
    timers = [
        Timer("idempotency", 3600, lambda session: idempotency.purge(session, IdempotencyKey)),
        Timer("old_jobs", 3600, commands.purge_jobs),
        # One a second, so that a source is never flooded.
        Timer("jobs", 1, lambda _: refreshes.work(database)),
    ]
    parts = {}
    if configuration.data_sources:
        timers.append(Timer("feeds", 60, commands.enrol_feeds))
        parts["turns"] = Turns(database, sources, configuration.refresh_every).run
    table = handlers.table(Replicas(database, owners))
    return worker.run(configuration, database, handlers=table, timers=timers, more_parts=parts)


if __name__ == "__main__":
    sys.exit(main())
