"""Assets that were made for files of transactions, and what their owner recorded of them since."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from services.assets.models import Asset, Price, Split


def among(session: Session, user: int, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return those of the assets that were made for imports of a user and are in use."""
    columns = (Asset.id, Asset.symbol, Asset.name, _has_own_records().label("has_own_records"))
    made = (Asset.id.in_(ids), Asset.owner_id == user, Asset.is_of_import, Asset.is_active)
    rows = session.execute(select(*columns).where(*made).order_by(Asset.id))
    return [dict(row) for row in rows.mappings()]


def _has_own_records() -> ColumnElement[bool]:
    """Return whether an asset has prices or splits that its owner recorded.

    The closes that came along with an import are none: they go as they came.
    """
    by_owner = or_(Price.source == "manual", Price.import_id.is_not(None))
    return or_(
        exists().where(Price.asset_id == Asset.id, by_owner),
        exists().where(Split.asset_id == Asset.id),
    )
