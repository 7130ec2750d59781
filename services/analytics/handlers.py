"""Event type → what it does to what we keep.

One rule for every aggregate: an event that we have is dropped, the next one is applied, and
where one is missing the owner is asked once for all of it.
"""

from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from services.analytics import commands
from services.analytics.commands.marks import EVERYTHING
from services.analytics.models import Asset, Portfolio
from services.analytics.owners import Owners, price_day
from shared.errors import NotFound
from shared.events import Event
from shared.observability import logger

log = logger(__name__)

Handler = Callable[[Session, Event], None]
Kept = Portfolio | Asset


def table(owners: Owners) -> Mapping[str, Handler]:
    """Return the handlers; `owners` is asked where an event is missing."""
    in_order: dict[str, tuple[type[Kept], Handler | None]] = {
        "portfolio-created": (Portfolio, _change_portfolio),
        "portfolio-updated": (Portfolio, _change_portfolio),
        "transaction-created": (Portfolio, _put_entry),
        "transaction-updated": (Portfolio, _put_entry),
        "transaction-deleted": (Portfolio, _delete_entry),
        "asset-created": (Asset, _change_asset),
        "asset-updated": (Asset, _change_asset),
        "asset-deleted": (Asset, _change_asset),
        "price-updated": (Asset, _put_price),
        # It says which days were touched, not how: the owner has the prices.
        "price-history-imported": (Asset, None),
    }
    handlers = {name: _in_order(kept, do, owners) for name, (kept, do) in in_order.items()}
    return handlers | {"portfolio-deleted": _delete_portfolio}


def _in_order(kept: type[Kept], change: Handler | None, owners: Owners) -> Handler:
    """Return a handler that makes `change` in its turn; None always asks the owner."""

    def handle(session: Session, event: Event) -> None:
        have = commands.lock_sequence(session, kept, event.subject_id)
        if event.sequence <= have:
            return
        if change is not None and event.sequence == have + 1:
            change(session, event)
        else:
            log.info("owner_asked", subject=event.subject, have=have, sequence=event.sequence)
            _ask(session, kept, event, owners, have)

    return handle


def _ask(session: Session, kept: type[Kept], event: Event, owners: Owners, have: int) -> None:
    try:
        if kept is Portfolio:
            commands.adopt_portfolio(session, owners.portfolio(event.subject_id))
        else:
            snapshot = owners.asset(event.subject_id)
            commands.adopt_asset(session, snapshot, _since(event, have, snapshot.sequence))
    except NotFound:
        log.info("owner_knows_nothing", subject=event.subject)
        if kept is Portfolio:
            commands.forget_portfolio(session, event.subject_id, event.sequence)


def _since(event: Event, have: int, sequence: int) -> date:
    """Return the first day that may have changed since sequence `have` of an asset."""
    is_all = event.type == "price-history-imported" and have + 1 == event.sequence == sequence
    return date.fromisoformat(event.data["first_date"]) if is_all else EVERYTHING


def _change_portfolio(session: Session, event: Event) -> None:
    commands.put_portfolio(session, event.sequence, event.data["portfolio"])


def _delete_portfolio(session: Session, event: Event) -> None:
    # Whatever came before it no longer matters, so it waits for no missing event.
    commands.forget_portfolio(session, event.subject_id, event.sequence)


def _put_entry(session: Session, event: Event) -> None:
    commands.put_entry(session, event.sequence, event.data["transaction"])


def _delete_entry(session: Session, event: Event) -> None:
    commands.delete_entry(session, event.sequence, event.data["transaction"])


def _change_asset(session: Session, event: Event) -> None:
    commands.change_asset(session, event.sequence, event.data["asset"])


def _put_price(session: Session, event: Event) -> None:
    price = price_day(event.data["price"])
    commands.put_price(session, event.sequence, event.data["asset"], price)
