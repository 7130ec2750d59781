"""Splits of an asset; what is adjusted for them is derived."""

from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.assets.commands.changes import changeable, requote, splits_of, tell_of_history
from services.assets.domain import splits
from services.assets.domain.access import Actor
from services.assets.models import Asset, Split
from shared.errors import Conflict, NotFound, ValidationFailed
from shared.finance.days import latest_day


def add_split(session: Session, asset_id: int, new: splits.Split, *, by: Actor) -> Split:
    """Record a split: every earlier day's adjusted close follows, what was traded stays.

    Args:
        new: its ratio in two integers of at most nine digits.

    Raises:
        NotFound, Forbidden: see `changes.changeable`.
        Conflict: the asset has a split on that day.
        ValidationFailed: the day is in the future, or the ratio changes nothing or, with the other
            splits, too much.
    """
    asset = changeable(session, asset_id, by)
    if new.date > latest_day(datetime.now(UTC)):
        raise ValidationFailed.of("date", "The date is in the future.")
    if new.ratio == 1:
        raise ValidationFailed.of("ratio", "This ratio changes nothing.")
    others = splits_of(session, asset.id)
    if any(split.date == new.date for split in others):
        raise Conflict(f"The asset has a split on {new.date} already.")
    if splits.are_too_many([*others, new]):
        message = "All splits together: at most a thousand billion for one."
        raise ValidationFailed.of("ratio", message)
    split = Split(
        asset_id=asset.id,
        date=new.date,
        numerator=new.ratio.numerator,
        denominator=new.ratio.denominator,
    )
    session.add(split)
    _rewrite(session, asset, split.date)
    return split


def delete_split(session: Session, asset_id: int, split_id: int, *, by: Actor) -> None:
    """Take a split back.

    Raises:
        NotFound, Forbidden: see `changes.changeable`; or the asset has no such split.
    """
    asset = changeable(session, asset_id, by)
    split = session.scalar(select(Split).where(Split.id == split_id, Split.asset_id == asset.id))
    if split is None:
        raise NotFound.of("split")
    session.delete(split)
    _rewrite(session, asset, split.date)


def _rewrite(session: Session, asset: Asset, day: date) -> None:
    """Tell that the prices before `day` mean something else now."""
    session.flush()
    days = select(Split.date).where(Split.asset_id == asset.id).order_by(Split.date)
    asset.split_dates = list(session.scalars(days))
    requote(session, asset)
    tell_of_history(session, asset, day, day)
