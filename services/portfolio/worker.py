"""The portfolio service's second process: it relays, hears of assets, keeps time and runs jobs."""

from typing import Final

from services.portfolio import commands, handlers, settings
from services.portfolio.models import IdempotencyKey, Job
from services.portfolio.outside.owners import Owners
from services.portfolio.replicas import Replicas
from shared import observability, worker
from shared.db import Database
from shared.ending import end_with
from shared.http import idempotency, jobs
from shared.identity import Signer
from shared.jobs import Runners

_COUNTS_EVERY: Final = 60.0  # seconds
_RATES_EVERY: Final = 300.0


def main() -> int:
    """Work until told to stop."""
    configuration = settings.load()
    observability.configure_logging("portfolio", configuration.log_level)
    database = Database(configuration.database_url, configuration.database_direct_url, pool_size=3)
    owners = Owners(configuration.urls, Signer("portfolio", configuration.service_key_file))
    return worker.run(
        configuration,
        database,
        handlers=handlers.table(Replicas(database, owners)),
        timers=[
            worker.Timer(
                "idempotency", 3600, lambda session: idempotency.purge(session, IdempotencyKey)
            ),
            worker.Timer("old_jobs", 3600, lambda session: jobs.purge(session, Job)),
            worker.Timer("rates", _RATES_EVERY, commands.rate_unrated),
            worker.Timer("counts", _COUNTS_EVERY, commands.count_uncounted),
        ],
        more_parts={"jobs": Runners(database, "services.portfolio.app:create_app").run},
    )


if __name__ == "__main__":
    end_with(main)
