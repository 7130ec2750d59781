"""Event type → what it does to what we keep, inside the consumer's transaction."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from services.portfolio import commands
from services.portfolio.models import Job
from services.portfolio.outside.owners import AssetSnapshot
from services.portfolio.replicas import Replicas
from shared.events import Event, cards
from shared.http import jobs
from shared.replica import Handler


def table(replicas: Replicas) -> Mapping[str, Handler]:
    """Return the handlers; what each does to a pair, and what to any other asset."""
    pairs, of_other = replicas.pairs, replicas.assets.take(_snapshot)
    asset_changed = _either(pairs.step(_put_asset), of_other)
    return {
        "asset-created": asset_changed,
        "asset-updated": asset_changed,
        "asset-deleted": asset_changed,
        "price-updated": _either(pairs.step(_put_close), of_other),
        "price-history-imported": _either(pairs.ask_again(), of_other),
        "user-deleted": _delete_everything,
    }


def _either(of_pair: Handler, of_other: Handler) -> Handler:
    def handle(session: Session, event: Event) -> None:
        (of_pair if _snapshot(event).is_pair else of_other)(session, event)

    return handle


def _snapshot(event: Event) -> AssetSnapshot:
    return AssetSnapshot(event.sequence, cards.Asset.of(event.data["asset"]))


def _put_asset(session: Session, event: Event) -> None:
    commands.put_asset(session, _snapshot(event))


def _put_close(session: Session, event: Event) -> None:
    commands.put_asset(session, _snapshot(event))
    price = event.data["price"]
    day, close = date.fromisoformat(price["date"]), Decimal(price["close"])
    commands.put_close(session, event.subject_id, day, close)


def _delete_everything(session: Session, event: Event) -> None:
    user = event.data["user"]
    commands.delete_everything_of(session, user)
    jobs.forget_user(session, Job, user)
