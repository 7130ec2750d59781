"""What analytics copies: portfolios with their ledgers, and assets with their prices."""

from services.analytics import commands
from services.analytics.commands.catching_up import fall_behind
from services.analytics.models import Asset, Portfolio
from services.analytics.outside.owners import AssetSnapshot, Owners, PortfolioSnapshot
from shared.db import Database
from shared.replica import Rebuild, Report, Stepwise, each


class Replicas:
    """Our copies. A portfolio that was deleted stays, empty; its number never comes again."""

    def __init__(self, database: Database, owners: Owners) -> None:
        self.portfolios = Stepwise[PortfolioSnapshot](
            name="portfolios",
            database=database,
            key=Portfolio.id,
            sequence=Portfolio.sequence,
            is_whole=Portfolio.is_deleted.is_(False),
            is_behind=Portfolio.is_behind.is_(True),
            ids=owners.portfolio_ids,
            ask=each(owners.portfolio),
            store=commands.adopt_portfolio,
            forget=commands.forget_portfolio,
            fall_behind=fall_behind,
            gone=commands.forget_portfolio,
        )
        self.assets = Stepwise[AssetSnapshot](
            name="assets",
            database=database,
            key=Asset.id,
            sequence=Asset.sequence,
            ids=owners.asset_ids,
            ask=each(owners.asset),
            store=commands.adopt_asset,
            forget=commands.forget_asset,
        )


def rebuild(database: Database, owners: Owners, report: Report) -> str:
    """Copy every asset and portfolio anew and have all values computed again; return the counts.

    Raises:
        Unavailable: an owner does not answer; what was stored until then stays.
        Incomplete: some could not be copied.
    """
    run, replicas = Rebuild(database, report), Replicas(database, owners)
    assets, portfolios = run.copy(replicas.assets), run.copy(replicas.portfolios)
    return run.closed(f"{assets} assets, {portfolios} portfolios; {run.forgotten} forgotten.")
