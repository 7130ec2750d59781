"""Assets' second process: it relays the outbox, follows trades, and runs jobs."""

from services.assets import commands, handlers, settings
from services.assets.domain.price_files import price_bars, row_bars
from services.assets.models import IdempotencyKey, Job
from services.assets.outside.owners import Owners
from services.assets.outside.sources import Readers, Sources
from services.assets.parts.turns import Turns
from services.assets.replicas import Replicas
from shared import observability, worker
from shared.db import Database
from shared.ending import end_with
from shared.http import idempotency, jobs
from shared.identity import Signer
from shared.jobs import Runners
from shared.worker import Timer


def main() -> int:
    """Work until told to stop."""
    configuration = settings.load()
    observability.configure_logging("assets", configuration.log_level)
    database = Database(configuration.database_url, configuration.database_direct_url, pool_size=3)
    owners = Owners(configuration.urls, Signer("assets", configuration.service_key_file))
    sources = Sources(configuration.data_sources, Readers(price_bars, row_bars))
    timers = [
        Timer("idempotency", 3600, lambda session: idempotency.purge(session, IdempotencyKey)),
        Timer("old_jobs", 3600, lambda session: jobs.purge(session, Job)),
        Timer("jobs_of_the_release_before", 60, commands.adopt_old_jobs),
    ]
    led_parts = {}
    if configuration.data_sources:
        timers.append(Timer("feeds", 60, commands.enrol_feeds))
        # One, so that however many workers there are no source is asked more often.
        led_parts["turns"] = Turns(database, sources, configuration.refresh_every).run
    return worker.run(
        configuration,
        database,
        handlers=handlers.table(Replicas(database, owners), owners),
        timers=timers,
        more_parts={"jobs": Runners(database, "services.assets.app:create_app").run},
        led_parts=led_parts,
    )


if __name__ == "__main__":
    end_with(main)
