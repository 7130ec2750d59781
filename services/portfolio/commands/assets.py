"""Our copy of what others own: assets, and the closes of currency pairs."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from services.portfolio.models import Asset, FxClose
from services.portfolio.outside.owners import AssetSnapshot, Owners
from services.portfolio.queries.ledgers import named_assets
from shared.replica import put, row_of


def put_asset(session: Session, snapshot: AssetSnapshot) -> bool:
    """Store an asset without closes unless ours is newer; return whether it was stored."""
    return put(session, Asset, row_of(Asset, snapshot))


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
    if not put_asset(session, snapshot):
        return
    asset_id, closes = snapshot.card.id, snapshot.closes.items()
    session.execute(delete(FxClose).where(FxClose.asset_id == asset_id))
    if rows := [{"asset_id": asset_id, "date": day, "close": close} for day, close in closes]:
        session.execute(insert(FxClose), rows)


def retire_asset(session: Session, asset_id: int, sequence: int) -> None:
    """Retire an asset that its owner doesn't know any more; what holds it stays.

    Args:
        sequence: which we had of it when its owner did not know it; a newer one stays.
    """
    gone = update(Asset).where(Asset.id == asset_id, Asset.sequence <= sequence)
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
    """Return those of the assets that a user may hold, by id; they are not released meanwhile."""
    visible = or_(Asset.owner_id.is_(None), Asset.owner_id == owner_id)
    rows = select(Asset).where(Asset.id.in_(set(ids)), visible, ~Asset.is_released)
    # The lock that a transaction takes on what it names; `release_assets` waits for it.
    locked = rows.order_by(Asset.id).with_for_update(read=True, key_share=True)
    assets = session.scalars(locked.execution_options(populate_existing=True))
    return {asset.id: asset for asset in assets}


def any_released(session: Session, ids: Iterable[int]) -> bool:
    """Return whether one of the assets is about to be deleted."""
    released = select(Asset.id).where(Asset.id.in_(set(ids)), Asset.is_released)
    return session.scalar(released.limit(1)) is not None


def release_assets(session: Session, ids: Iterable[int]) -> list[int]:
    """Let the owner of assets delete those that no transaction names; return them.

    From then on none names them either.
    """
    wanted = select(Asset.id).where(Asset.id.in_(set(ids))).order_by(Asset.id).with_for_update()
    locked = session.scalars(wanted).all()
    free = sorted(set(locked) - named_assets(session, locked))
    gone = update(Asset).where(Asset.id.in_(free)).values(is_released=True, is_active=False)
    session.execute(gone, execution_options={"synchronize_session": False})
    return free
