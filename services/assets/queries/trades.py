"""Trades of private assets."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.assets.models import Trade


def asset_ids(session: Session) -> Sequence[int]:
    """Return the id of every asset that was traded, ascending."""
    return session.scalars(select(Trade.asset_id).distinct().order_by(Trade.asset_id)).all()
