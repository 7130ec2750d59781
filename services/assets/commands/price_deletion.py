"""Prices deleted: one, or those of a file."""

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from services.assets.commands.changes import changeable, requote, tell_of_history
from services.assets.commands.trades import closed_by_trades
from services.assets.domain.access import Actor
from services.assets.models import Price
from shared.errors import NotFound


def delete_price(session: Session, price_id: int, *, by: Actor) -> None:
    """Delete the price of one day.

    Raises:
        NotFound: there is none, or its asset is private to somebody else.
        Forbidden: its asset is public, and they are no administrator.
    """
    _delete(session, Price.id == price_id, "price record", by)


def take_back_prices(session: Session, import_id: int, *, by: Actor) -> None:
    """Delete the prices that came by a file and that nothing has replaced since.

    What they replaced does not come back.

    Raises:
        NotFound, Forbidden: as for `delete_price`.
    """
    _delete(session, Price.import_id == import_id, "import", by)


def _delete(session: Session, those: ColumnElement[bool], noun: str, by: Actor) -> None:
    """Delete prices of one asset; its price and whoever keeps copies of its history follow.

    A day of its owner's trades has the price of the last one again.
    """
    asset_id = session.scalar(select(Price.asset_id).where(those).limit(1))
    try:
        asset = changeable(session, asset_id or 0, by)
    except NotFound:
        raise NotFound.of(noun) from None
    days = session.scalars(delete(Price).where(those).returning(Price.date)).all()
    if not days:
        raise NotFound.of(noun)  # somebody else was faster
    closed_by_trades(session, asset.id, days)
    requote(session, asset)
    tell_of_history(session, asset, min(days), max(days))
