"""Assets and prices as other services copy them: whole, with the version they have."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from services.assets.models import Asset, Price, visible_to
from shared.errors import NotFound

PAGE: Final = 1000  # cards


def one(session: Session, asset_id: int) -> dict[str, Any]:
    """Return one asset's card and version.

    Raises:
        NotFound: there is no such asset.
    """
    found = by_ids(session, [asset_id])
    if not found:
        raise NotFound.of("asset")
    return found[0]


def by_ids(session: Session, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return the cards of these assets, retired ones too; unknown ids are left out."""
    return _cards(session, select(Asset).where(Asset.id.in_(ids)).order_by(Asset.id))


def page(session: Session, after_id: int) -> list[dict[str, Any]]:
    """Return the next 1000 cards of all assets."""
    after = select(Asset).where(Asset.id > after_id)
    return _cards(session, after.order_by(Asset.id).limit(PAGE))


def by_symbols(session: Session, symbols: Sequence[str], user_id: int) -> list[dict[str, Any]]:
    """Return what a user means by these symbols; their own asset goes before a public one."""
    meant = (
        select(Asset)
        .where(Asset.symbol.in_(symbols), visible_to(user_id), Asset.is_active)
        .order_by(Asset.symbol, Asset.owner_id.nulls_last())
        .distinct(Asset.symbol)
    )
    return _cards(session, meant)


def series(session: Session, asset_id: int) -> dict[str, Any]:
    """Return all closes of an asset, oldest first, and the version that they belong to.

    One statement, so one snapshot: the closes are neither older nor newer than the version.

    Raises:
        NotFound: there is no such asset.
    """
    day = aggregate_order_by(cast(Price.date, Text), ",", Price.date)
    close = aggregate_order_by(cast(func.trim_scale(Price.close), Text), ",", Price.date)
    statement = (
        select(Asset.version, func.string_agg(day), func.string_agg(close))
        .outerjoin(Price, Price.asset_id == Asset.id)
        .where(Asset.id == asset_id)
        .group_by(Asset.id)
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound.of("asset")
    version, dates, closes = row
    return {
        "asset": asset_id,
        "version": version,
        "dates": dates.split(",") if dates else [],
        "closes": closes.split(",") if closes else [],
        "splits": [],
    }


def _cards(session: Session, statement: Any) -> list[dict[str, Any]]:
    return [{**asset.card(), "version": asset.version} for asset in session.scalars(statement)]
