"""What we keep of assets and portfolios: who holds what, and what it was worth."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.webhooks.models import Asset, Holding, Portfolio, PriceWindow
from services.webhooks.owners import AssetSnapshot

Card = Mapping[str, Any]


def put_asset(session: Session, version: int, card: Card) -> bool:
    """Store the newest price of an asset; return False where we have it, or a later one.

    Args:
        card: the catalogue's `AssetCard`.
    """
    values = {
        "version": version,
        "price": card["current_price"],
        "price_date": card["price_date"],
    }
    store = insert(Asset).values(id=card["id"], **values)
    newer = store.on_conflict_do_update(
        index_elements=[Asset.id], set_=values, where=Asset.version < version
    )
    return session.scalar(newer.returning(Asset.id)) is not None


def price_before(session: Session, asset_id: int) -> Decimal | None:
    """Return the price that we have of an asset."""
    return session.scalar(select(Asset.price).where(Asset.id == asset_id))


def window(session: Session, asset_id: int) -> PriceWindow | None:
    """Return the last closes of an asset, locked; None where we have none."""
    kept = select(PriceWindow).where(PriceWindow.asset_id == asset_id)
    return session.scalar(kept.with_for_update())


def adopt_window(session: Session, snapshot: AssetSnapshot) -> None:
    """Store the closes that the owner gave us, unless we have later ones."""
    values = {"version": snapshot.version, "closes": snapshot.closes.to_json()}
    store = insert(PriceWindow).values(asset_id=snapshot.card["id"], **values)
    session.execute(
        store.on_conflict_do_update(
            index_elements=[PriceWindow.asset_id],
            set_=values,
            where=PriceWindow.version <= snapshot.version,
        )
    )


def step_window(session: Session, asset_id: int, version: int) -> None:
    """Note an event on an asset that moved no price."""
    session.execute(
        update(PriceWindow)
        .where(PriceWindow.asset_id == asset_id, PriceWindow.version == version - 1)
        .values(version=version)
    )


def put_portfolio(session: Session, card: Card) -> None:
    """Store whose a portfolio is.

    Args:
        card: the catalogue's `PortfolioCard`.
    """
    values = {"owner_id": card["owner"], "currency": card["currency"]}
    store = insert(Portfolio).values(id=card["id"], **values)
    session.execute(store.on_conflict_do_update(index_elements=[Portfolio.id], set_=values))


def delete_portfolio(session: Session, portfolio_id: int) -> None:
    """Forget a portfolio and what it holds."""
    session.execute(delete(Portfolio).where(Portfolio.id == portfolio_id))
    session.execute(delete(Holding).where(Holding.portfolio_id == portfolio_id))


def delete_portfolios_of(session: Session, user_id: int) -> None:
    """Forget the portfolios of a user who is gone, and what they hold."""
    session.execute(delete(Portfolio).where(Portfolio.owner_id == user_id))
    session.execute(delete(Holding).where(Holding.owner_id == user_id))


def put_holding(session: Session, version: int, position: Card) -> None:
    """Store how much a portfolio holds, unless we know better.

    Args:
        position: the catalogue's `PositionChanged`. One that was deleted and opened again has
            another id and begins its versions anew.
    """
    values = {
        "owner_id": position["owner"],
        "quantity": position["quantity"],
        "position_id": position["position"],
        "version": version,
    }
    store = insert(Holding).values(
        portfolio_id=position["portfolio"], asset_id=position["asset"], **values
    )
    known = tuple_(Holding.position_id, Holding.version)
    session.execute(
        store.on_conflict_do_update(
            index_elements=[Holding.portfolio_id, Holding.asset_id],
            set_=values,
            where=known < tuple_(store.excluded.position_id, store.excluded.version),
        )
    )


def put_holdings(session: Session, card: Card, quantities: Mapping[int, Decimal]) -> None:
    """Store all that a portfolio holds, as its ledger says.

    Args:
        card: the portfolio's.
        quantities: asset → quantity.
    """
    others = Holding.asset_id.not_in(quantities)
    session.execute(delete(Holding).where(Holding.portfolio_id == card["id"], others))
    for asset_id, quantity in quantities.items():
        values = {"owner_id": card["owner"], "quantity": quantity}
        store = insert(Holding).values(portfolio_id=card["id"], asset_id=asset_id, **values)
        keys = [Holding.portfolio_id, Holding.asset_id]
        session.execute(store.on_conflict_do_update(index_elements=keys, set_=values))
