"""Analytics' second process: it follows ledgers and prices, and values what they change."""

from services.analytics import handlers, settings
from services.analytics.answers.memory.market import Market
from services.analytics.answers.memory.portfolios import Portfolios
from services.analytics.outside.owners import Owners
from services.analytics.parts.appraiser import Appraiser
from services.analytics.parts.catch_up import CatchUp
from services.analytics.replicas import Replicas
from shared import observability, worker
from shared.db import Database
from shared.ending import end_with
from shared.identity import Signer


def main() -> int:
    """Work until told to stop."""
    configuration = settings.load()
    observability.configure_logging("analytics", configuration.log_level)
    signer = Signer("analytics", configuration.service_key_file)
    database = Database(configuration.database_url, configuration.database_direct_url, pool_size=5)
    owners = Owners(configuration.urls, signer)
    replicas = Replicas(database, owners)
    market = Market(database, replicas.assets, owners, configuration.benchmark_aliases)
    # The same portfolio is seldom valued whole twice here, so values are not kept.
    portfolios = Portfolios(replicas.portfolios, market, capacity=0)
    return worker.run(
        configuration,
        database,
        handlers=handlers.table(replicas),
        more_parts={"appraiser": Appraiser(database, portfolios).run},
        # Two would ask the owner for the same ledgers.
        led_parts={"catch_up": CatchUp(database, owners.portfolio).run},
    )


if __name__ == "__main__":
    end_with(main)
