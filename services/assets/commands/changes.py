"""What every change does: take the lock, keep the asset's price columns true, tell of it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.assets import models
from services.assets.domain import splits
from services.assets.domain.access import Actor
from services.assets.domain.quotes import PRICE_LIMIT
from services.assets.domain.splits import Split
from services.assets.models import Asset, Price, visible_to
from shared.bus import outbox
from shared.errors import Forbidden, NotFound, PreconditionFailed
from shared.events import Event

_OF_PRICES: Final = (
    "previous_close",
    "current_price",
    "price_date",
    "price_source",
    "day_high",
    "day_low",
    "volume",
    "last_price_update",
)


def changeable(
    session: Session, asset_id: int, by: Actor, expected: frozenset[int] | None = None
) -> Asset:
    """Return the asset, locked, for somebody who may change it.

    Raises:
        NotFound, Forbidden: see `permitted`.
        PreconditionFailed: its revision is not an expected one.
    """
    asset = permitted(session, asset_id, by, lock=True)
    if expected is not None and asset.revision not in expected:
        raise PreconditionFailed("The asset has changed since you read it.")
    return asset


def permitted(session: Session, asset_id: int, by: Actor, *, lock: bool = False) -> Asset:
    """Return the asset for somebody who may change it.

    Raises:
        NotFound: there is none, or it is private to somebody else.
        Forbidden: it is public, and they are no administrator.
    """
    visible = select(Asset).where(Asset.id == asset_id, visible_to(by.user_id))
    if lock:
        # populate_existing: what the session read before it had the lock may be old.
        visible = visible.with_for_update().execution_options(populate_existing=True)
    asset = session.scalar(visible)
    if asset is None:
        raise NotFound.of("asset")
    if asset.owner_id is None and not by.is_staff:
        raise Forbidden("Public assets are changed by administrators only.")
    return asset


def requote(session: Session, asset: Asset) -> None:
    """Make the asset's price columns what its two newest prices say.

    The price before is adjusted for a split between the two, so that a split is no loss; where
    that makes it larger than any price, there is none.
    """
    newest = select(Price).where(Price.asset_id == asset.id).order_by(Price.date.desc()).limit(2)
    rows = session.scalars(newest.execution_options(populate_existing=True)).all()
    if not rows:
        for name in _OF_PRICES:
            setattr(asset, name, None)
        return
    today = rows[0]
    asset.previous_close = _adjusted(session, rows[1], today.date) if len(rows) > 1 else None
    asset.current_price = today.close
    asset.price_date = today.date
    asset.price_source = today.source
    asset.day_high = today.high
    asset.day_low = today.low
    asset.volume = today.volume
    asset.last_price_update = today.quoted_at or _midnight(today.date)


def splits_of(session: Session, asset_id: int) -> list[Split]:
    """Return the splits of an asset."""
    rows = session.scalars(select(models.Split).where(models.Split.asset_id == asset_id))
    return [Split(row.date, Fraction(row.numerator, row.denominator)) for row in rows]


def tell(session: Session, asset: Asset, type_: str, data: Mapping[str, object]) -> None:
    """Write the event of a change down; its sequence must be the asset's already."""
    outbox.add(session, event_of(asset, type_, data))


def tell_of_history(
    session: Session,
    asset: Asset,
    first_date: date,
    last_date: date,
    *,
    count: int = 0,
    source: str | None = None,
) -> None:
    """Give the asset its next sequence and tell that its prices are others now.

    Args:
        first_date, last_date: of the days touched.
        count: prices recorded.
        source: where they come from; None of a split.
    """
    asset.sequence += 1
    touched = {"first_date": first_date.isoformat(), "last_date": last_date.isoformat()}
    data = {**touched, "count": count, "source": source}
    tell(session, asset, "price-history-imported", data)


def event_of(asset: Asset, type_: str, data: Mapping[str, object]) -> Event:
    """Return the event of a change.

    Args:
        data: what it carries besides the asset's card.
    """
    subject = f"assets/{asset.id}"
    return Event.now("assets", type_, subject, asset.sequence, {"asset": asset.card(), **data})


def _adjusted(session: Session, price: Price, until: date) -> Decimal | None:
    by = splits.factor(splits_of(session, price.asset_id), price.date, until)
    before = splits.adjusted(price.close, by)
    return before if before < PRICE_LIMIT else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
