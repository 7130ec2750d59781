"""What webhooks copies: who holds what, what it costs, and the last closes that rules look at."""

from functools import partial

from sqlalchemy.orm import Session

from services.webhooks.commands import alerts, projections
from services.webhooks.models import NOBODY, Asset, Portfolio, PriceWindow
from services.webhooks.outside.owners import AT_ONCE, AssetSnapshot, Owners, PortfolioSnapshot
from shared.db import Database
from shared.replica import Latest, Rebuild, Report, Stepwise, each


class Replicas:
    """Our copies.

    Most events carry all that we keep of their subject. Only the closes that a change is measured
    against need every price; they are kept of assets that have rules on their change.
    """

    def __init__(self, database: Database, owners: Owners) -> None:
        def portfolio(portfolio_id: int) -> PortfolioSnapshot:
            told = database.unit(partial(projections.told_holdings, portfolio_id=portfolio_id))
            return owners.portfolio(portfolio_id)._replace(told=told)

        self.portfolios = Latest[PortfolioSnapshot](
            name="portfolios",
            database=database,
            key=Portfolio.id,
            sequence=Portfolio.sequence,
            is_whole=Portfolio.owner_id != NOBODY,
            ids=owners.portfolio_ids,
            ask=each(portfolio),
            put=projections.put_portfolio,
            store=projections.adopt_portfolio,
            forget=_forget_portfolio,
        )
        self.assets = Latest[AssetSnapshot](
            name="assets",
            database=database,
            key=Asset.id,
            sequence=Asset.sequence,
            ids=owners.asset_ids,
            ask=owners.assets,
            at_once=AT_ONCE,
            put=projections.put_asset,
            store=projections.adopt_asset,
            forget=projections.forget_asset,
        )
        self.windows = Stepwise[AssetSnapshot](
            name="price windows",
            database=database,
            key=PriceWindow.asset_id,
            sequence=PriceWindow.sequence,
            ids=lambda: database.unit(self.windows.kept),
            ask=each(owners.asset),
            store=projections.put_window,
            forget=projections.forget_window,
        )


def rebuild(database: Database, owners: Owners, report: Report) -> str:
    """Copy everything anew; return the counts.

    Raises:
        Unavailable: an owner does not answer; what was stored until then stays.
        Incomplete: some could not be copied.
    """
    run, replicas = Rebuild(database, report), Replicas(database, owners)
    portfolios, assets = run.copy(replicas.portfolios), run.copy(replicas.assets)
    windows = run.copy(replicas.windows)
    return run.closed(
        f"{portfolios} portfolios, {assets} assets, {windows} price windows;"
        f" {run.forgotten} forgotten."
    )


def _forget_portfolio(session: Session, portfolio_id: int, _: int) -> None:
    projections.delete_portfolio(session, portfolio_id)
    alerts.delete_alerts_on(session, portfolio_id)
