"""What webhooks copies: who holds what, what it costs, and the last closes that rules look at."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.webhooks.commands import alerts, projections
from services.webhooks.domain.closes import Closes
from services.webhooks.models import NOBODY, Asset, Holding, Portfolio, PriceWindow
from services.webhooks.outside.owners import AT_ONCE, AssetSnapshot, Owners, PortfolioSnapshot
from shared.db import Database
from shared.replica import Compared, Comparison, Latest, Rebuild, Report, Row, Stepwise, each


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


def verify(database: Database, owners: Owners, *, is_mending: bool) -> str:
    """Compare everything with its owner.

    Raises:
        Unavailable: an owner does not answer.
        Differing: something is another.
    """
    run = Comparison(database, "webhooks", is_mending=is_mending)
    replicas = Replicas(database, owners)
    # What a portfolio holds is told by the events of its positions.
    run.copy(Compared(replicas.portfolios, _told_portfolio, _kept_portfolio, is_sequential=False))
    run.copy(Compared(replicas.assets, _told_asset, _kept_asset))
    run.copy(Compared(replicas.windows, _told_window, _kept_window))
    return run.closed()


def _told_portfolio(snapshot: PortfolioSnapshot) -> Iterator[Row]:
    yield snapshot.card.owner_id, snapshot.card.currency
    yield from ((asset, quantity) for asset, quantity in snapshot.quantities.items() if quantity)


def _kept_portfolio(session: Session, portfolio_id: int) -> Iterator[Row]:
    card = select(Portfolio.owner_id, Portfolio.currency).where(Portfolio.id == portfolio_id)
    yield from session.execute(card)
    held = (Holding.portfolio_id == portfolio_id, Holding.quantity != 0)
    yield from session.execute(select(Holding.asset_id, Holding.quantity).where(*held))


def _told_asset(snapshot: AssetSnapshot) -> Iterator[Row]:
    yield snapshot.card.current_price, snapshot.card.price_date


def _kept_asset(session: Session, asset_id: int) -> Iterator[Row]:
    yield from session.execute(select(Asset.price, Asset.price_date).where(Asset.id == asset_id))


def _told_window(snapshot: AssetSnapshot) -> Iterator[Row]:
    return _days(snapshot.closes)


def _kept_window(session: Session, asset_id: int) -> Iterator[Row]:
    return _days(projections.kept_window(session, asset_id))


def _days(closes: Closes) -> Iterator[Row]:
    yield from closes.closes.items()
    yield from closes.splits.items()


def _forget_portfolio(session: Session, portfolio_id: int, _: int) -> None:
    projections.delete_portfolio(session, portfolio_id)
    alerts.delete_alerts_on(session, portfolio_id)
