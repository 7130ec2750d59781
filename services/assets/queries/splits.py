"""Splits as the public API answers them."""

from typing import Final

from sqlalchemy import RowMapping, func, select
from sqlalchemy.orm import Session

from services.assets.models import Split
from services.assets.queries import assets
from shared.http import AnySelect, Listing

_SPLIT: Final = (
    Split.id,
    Split.date,
    func.concat(Split.numerator, ":", Split.denominator).label("ratio"),
)


def of_asset(
    session: Session, asset_id: int, user_id: int, *, ordering: tuple[str, bool]
) -> Listing:
    """Return the splits of one asset.

    Args:
        ordering: "date", and whether the newest comes first.

    Raises:
        NotFound: there is no such asset, or it is private to somebody else.
    """
    assets.require_visible(session, asset_id, user_id)
    statement: AnySelect = select(*_SPLIT).where(Split.asset_id == asset_id)
    _, descending = ordering
    return Listing(statement.order_by(Split.date.desc() if descending else Split.date))


def one(session: Session, split_id: int) -> RowMapping:
    """Return a split that was just recorded."""
    return session.execute(select(*_SPLIT).where(Split.id == split_id)).mappings().one()
