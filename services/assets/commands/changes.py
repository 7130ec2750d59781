"""The lock that every change takes, and the event that tells of it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.assets.domain.access import Actor
from services.assets.models import Asset, visible_to
from shared.bus import outbox
from shared.errors import Forbidden, NotFound, PreconditionFailed
from shared.events import Event


def changeable(
    session: Session, asset_id: int, by: Actor, expected: frozenset[int] | None = None
) -> Asset:
    """Return the asset, locked, for somebody who may change it.

    Raises:
        NotFound: there is none, or it is private to somebody else.
        Forbidden: it is public, and they are no administrator.
        PreconditionFailed: its revision is not an expected one.
    """
    visible = select(Asset).where(Asset.id == asset_id, visible_to(by.user_id))
    # populate_existing: what the session read before it had the lock may be old.
    asset = session.scalar(visible.with_for_update().execution_options(populate_existing=True))
    if asset is None:
        raise NotFound.of("asset")
    if asset.owner_id is None and not by.is_staff:
        raise Forbidden("Public assets are changed by administrators only.")
    if expected is not None and asset.revision not in expected:
        raise PreconditionFailed("The asset has changed since you read it.")
    return asset


def tell(session: Session, asset: Asset, type_: str, data: Mapping[str, Any]) -> None:
    """Write the event of a change down; its version must be the asset's already.

    Args:
        data: what the event carries besides the asset's card.
    """
    event = Event.now(
        "assets", type_, f"assets/{asset.id}", asset.version, {"asset": asset.card(), **data}
    )
    outbox.add(session, event)
