"""Assets' second process: it relays the outbox, follows trades, and runs jobs."""

import sys

from services.assets import commands, handlers, settings
from services.assets.models import IdempotencyKey, Job
from services.assets.outside.owners import Owners
from services.assets.replicas import Replicas
from shared import observability, worker
from shared.db import Database
from shared.http import idempotency, jobs
from shared.identity import Signer
from shared.jobs import Runners
from shared.worker import Timer


def main() -> int:
    """Work until told to stop."""
    configuration = settings.load()
    observability.configure_logging("assets", configuration.log_level)
    database = Database(configuration.database_url, pool_size=3)
    owners = Owners(configuration.urls, Signer("assets", configuration.service_key_file))
    every = configuration.refresh_every
    timers = [
        Timer("idempotency", 3600, lambda session: idempotency.purge(session, IdempotencyKey)),
        Timer("old_jobs", 3600, lambda session: jobs.purge(session, Job)),
        Timer("jobs_of_the_release_before", 60, commands.adopt_old_jobs),
    ]
    if configuration.data_source:
        timers.append(Timer("due", 60, lambda session: commands.queue_due(session, every)))
    return worker.run(
        configuration,
        database,
        handlers=handlers.table(Replicas(database, owners)),
        timers=timers,
        more_parts={"jobs": Runners(database, "services.assets.app:create_app").run},
    )


if __name__ == "__main__":
    sys.exit(main())
