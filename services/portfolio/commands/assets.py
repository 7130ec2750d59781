"""Our copy of what others own: assets, and the closes of currency pairs.

An asset's event carries all that we keep of it, so one that is missing between two loses nothing;
but a pair's closes come one by one, so there a missing event means asking the owner for all.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import ARRAY, BigInteger, all_, delete, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from services.portfolio.models import Asset, FxClose
from services.portfolio.owners import AssetSnapshot, Card, Owners


def lock_asset(session: Session, asset_id: int) -> Asset | None:
    """Return our copy of an asset, locked; None where we have never heard of it."""
    statement = select(Asset).where(Asset.id == asset_id).with_for_update()
    return session.scalar(statement.execution_options(populate_existing=True))


def put_asset(session: Session, sequence: int, card: Card) -> bool:
    """Store an asset's card unless ours is newer; return whether it was stored."""
    names = ("symbol", "name", "asset_type", "currency", "isin", "exchange", "sector", "industry")
    values = {name: card[name] for name in (*names, "country", "is_active")}
    values |= {
        "owner_id": card["owner"],
        "current_price": _number(card["current_price"]),
        "previous_close": _number(card["previous_close"]),
        "price_date": date.fromisoformat(card["price_date"]) if card["price_date"] else None,
        "split_dates": [date.fromisoformat(day) for day in card["split_dates"]],
        "sequence": sequence,
    }
    statement = (
        upsert(Asset)
        .values(id=card["id"], **values)
        .on_conflict_do_update(index_elements=["id"], set_=values, where=Asset.sequence <= sequence)
        .returning(Asset.id)
    )
    return session.scalar(statement) is not None


def put_close(session: Session, asset_id: int, day: date, close: Decimal) -> None:
    """Store the close of a currency pair on one day."""
    statement = upsert(FxClose).values(asset_id=asset_id, date=day, close=close)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["asset_id", "date"], set_={"close": statement.excluded.close}
        )
    )


def adopt_asset(session: Session, snapshot: AssetSnapshot) -> None:
    """Replace what we have of an asset by all that its owner says, unless ours is newer."""
    if not put_asset(session, snapshot.sequence, snapshot.card):
        return
    asset_id = snapshot.card["id"]
    session.execute(delete(FxClose).where(FxClose.asset_id == asset_id))
    if snapshot.closes:
        rows = [
            {"asset_id": asset_id, "date": day, "close": close}
            for day, close in snapshot.closes.items()
        ]
        session.execute(insert(FxClose), rows)


def retire_all_but(session: Session, known: Iterable[int]) -> None:
    """Retire every asset that its owner doesn't know any more; what holds it stays."""
    ids = literal(list(known), ARRAY(BigInteger))
    gone = update(Asset).where(Asset.id != all_(ids), Asset.is_active)
    session.execute(gone.values(is_active=False))


def learn_assets(session: Session, ids: Iterable[int], owners: Owners | None) -> None:
    """Ask the owner once for those of the assets that we have not been told of yet.

    It may take seconds, so it is done before any lock is taken.

    Args:
        owners: None asks nobody.

    Raises:
        Unavailable: the owner had to be asked and does not answer.
    """
    wanted = set(ids)
    if owners is None or not wanted:
        return
    have = session.scalars(select(Asset.id).where(Asset.id.in_(wanted)))
    for snapshot in owners.assets(sorted(wanted.difference(have))):
        adopt_asset(session, snapshot)


def assets_for(session: Session, owner_id: int, ids: Iterable[int]) -> dict[int, Asset]:
    """Return those of the assets that a user may hold, by id."""
    visible = or_(Asset.owner_id.is_(None), Asset.owner_id == owner_id)
    rows = select(Asset).where(Asset.id.in_(set(ids)), visible)
    return {asset.id: asset for asset in session.scalars(rows)}


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
