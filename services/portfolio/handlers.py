"""Event type → what it does to what we keep, inside the consumer's transaction.

An asset's event carries all that we keep of it, so that one which is missing between two loses
nothing. The closes of a currency pair come one by one: there a missing one means asking the owner
for all of them.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from services.portfolio import commands
from services.portfolio.models import Asset
from services.portfolio.owners import Owners, is_pair
from shared.errors import NotFound
from shared.events import Event
from shared.observability import logger

log = logger(__name__)

Handler = Callable[[Session, Event], None]


def table(owners: Owners) -> Mapping[str, Handler]:
    """Return the handlers; `owners` is asked where closes are missing."""

    def asset_changed(session: Session, event: Event) -> None:
        kept, card = commands.lock_asset(session, event.subject_id), event.data["asset"]
        if kept is not None and event.sequence <= kept.sequence:
            return
        if is_pair(card) and _closes_are_missing(kept, event):
            _adopt_pair(session, event, owners)
        else:
            commands.put_asset(session, event.sequence, card)
            if is_pair(card) and event.type == "price-updated":
                _put_close(session, event)

    return {
        "asset-created": asset_changed,
        "asset-updated": asset_changed,
        "asset-deleted": asset_changed,
        "price-updated": asset_changed,
        "price-history-imported": asset_changed,
        "user-deleted": user_deleted,
    }


def user_deleted(session: Session, event: Event) -> None:
    """Delete what belonged to the user."""
    commands.delete_everything_of(session, event.data["user"])


def _closes_are_missing(kept: Asset | None, event: Event) -> bool:
    have = kept.sequence if kept is not None else 0
    became_a_pair = kept is not None and kept.asset_type != event.data["asset"]["asset_type"]
    is_next = event.sequence == have + 1
    # The event of an import says which days were touched, not how.
    return event.type == "price-history-imported" or became_a_pair or not is_next


def _adopt_pair(session: Session, event: Event, owners: Owners) -> None:
    log.info("owner_asked", subject=event.subject, sequence=event.sequence)
    try:
        commands.adopt_asset(session, owners.pair(event.subject_id))
    except NotFound:
        commands.put_asset(session, event.sequence, event.data["asset"])


def _put_close(session: Session, event: Event) -> None:
    price = event.data["price"]
    day, close = date.fromisoformat(price["date"]), Decimal(price["close"])
    commands.put_close(session, event.subject_id, day, close)
