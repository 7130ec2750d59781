"""Loading the demo through the services' own commands, with their events.

Each user, asset and portfolio is loaded whole or not at all, and stays as it is when it is there
already; so a load that was interrupted is completed by the next.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deploy.demo import files
from services.assets import commands as assets
from services.assets.domain.access import SYSTEM
from services.assets.domain.quotes import Bar
from services.assets.models import Asset, Price
from services.auth import commands as auth
from services.auth.models import User
from services.portfolio import commands as portfolios
from services.portfolio.models import Portfolio, TransactionFields
from services.portfolio.outside.owners import AssetSnapshot
from shared.db import Database
from shared.events import cards


def add_users(database: Database) -> int:
    """Load the users `demo` and the administrator `admin`; return the id of `demo`."""
    demo = database.unit(partial(_user, username="demo", first_name="Demo"))
    database.unit(partial(_user, username="admin", first_name="Admin", is_staff=True))
    return demo


def add_assets(database: Database) -> list[AssetSnapshot]:
    """Load the public assets with their prices; return what other services copy of them."""
    prices = files.prices()
    return [
        database.unit(partial(_asset, row=row, prices=prices[row["symbol"]]))
        for row in files.assets()
    ]


def add_portfolios(database: Database, owner_id: int, snapshots: Sequence[AssetSnapshot]) -> None:
    """Load the portfolios of a user with their ledgers."""
    database.unit(partial(_adopt, snapshots=snapshots))
    ids = {snapshot.card.symbol: snapshot.card.id for snapshot in snapshots}
    for row in files.portfolios():
        database.unit(partial(_portfolio, owner_id=owner_id, row=row, ids=ids))


def _user(session: Session, username: str, **profile: Any) -> int:
    user_id = session.scalar(select(User.id).where(func.lower(User.username) == username))
    if user_id is not None:
        return user_id
    email = f"{username}@example.com"
    # The password is the name: everybody may know it, so only this machine may reach the demo.
    user = auth.add_user(session, username=username, password=username, email=email, **profile)
    return user.id


def _asset(session: Session, row: Mapping[str, Any], prices: Sequence[Bar]) -> AssetSnapshot:
    # A retired one is there, too: somebody wanted it gone.
    public = select(Asset).where(Asset.owner_id.is_(None), Asset.symbol == row["symbol"])
    asset = session.scalar(public.order_by(Asset.is_active.desc(), Asset.id).limit(1))
    if asset is None:
        asset = assets.create_asset(session, by=SYSTEM, **row)
        assets.import_prices(session, asset.id, prices, by=SYSTEM, source="demo")
    snapshot = AssetSnapshot(asset.sequence, cards.Asset.of(asset.card()))
    closes = select(Price.date, Price.close).where(Price.asset_id == asset.id)
    rates = dict(session.execute(closes).all()) if snapshot.is_pair else {}
    return snapshot._replace(closes=rates)


def _adopt(session: Session, snapshots: Sequence[AssetSnapshot]) -> None:
    for snapshot in snapshots:
        portfolios.adopt_asset(session, snapshot)


def _portfolio(
    session: Session, owner_id: int, row: Mapping[str, str], ids: Mapping[str, int]
) -> None:
    same = select(Portfolio.id).where(Portfolio.owner_id == owner_id, Portfolio.name == row["name"])
    if session.scalar(same.limit(1)) is not None:
        return
    portfolio = portfolios.create_portfolio(
        session,
        owner_id=owner_id,
        name=row["name"],
        currency=row["currency"],
        cost_basis_method=row["cost_basis_method"],
        description=row["description"],
    )
    ledger = []
    for entry in files.transactions(row["name"]):
        entry["portfolio"] = portfolio.id
        if "symbol" in entry:
            entry["asset"] = ids[entry.pop("symbol")]
        ledger.append(TransactionFields(**entry))
    portfolios.record_transactions(session, owner_id, ledger)
