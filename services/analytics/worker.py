"""Analytics' second process: it follows ledgers and prices, and values what they change."""

import sys

from services.analytics import handlers, settings
from services.analytics.answers.memory.market import Market
from services.analytics.answers.memory.portfolios import Portfolios
from services.analytics.owners import Owners
from services.analytics.parts.appraiser import Appraiser
from shared import observability, worker
from shared.db import Database
from shared.identity import Signer


def main() -> int:
    """Work until told to stop."""
    configuration = settings.load()
    observability.configure_logging("analytics", configuration.log_level)
    signer = Signer("analytics", configuration.service_key_file)
    owners = Owners(configuration.urls, signer)
    database = Database(configuration.database_url, pool_size=5)
    market = Market(database, owners, configuration.benchmark_aliases)
    # The same portfolio is seldom valued whole twice here, so values are not kept.
    portfolios = Portfolios(database, owners, market, capacity=0)
    return worker.run(
        configuration,
        database,
        handlers=handlers.table(owners),
        more_parts={"appraiser": Appraiser(database, portfolios).run},
    )


if __name__ == "__main__":
    sys.exit(main())
