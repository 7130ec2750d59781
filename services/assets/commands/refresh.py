"""Prices from a data source: what is asked, and how an answer is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.assets import models
from services.assets.commands import prices
from services.assets.commands.changes import (
    changeable,
    permitted,
    requote,
    splits_of,
    tell_of_history,
)
from services.assets.domain import feeds, splits
from services.assets.domain.access import Actor
from services.assets.domain.feeds import DataSourceError, Delivery, Source
from services.assets.domain.quotes import Bar
from services.assets.domain.splits import Split
from services.assets.models import Asset, Price
from shared.errors import ValidationFailed
from shared.events.cards import TRADE
from shared.finance.days import latest_day

# A source corrects its newest days.
_ASKED_AGAIN: Final = timedelta(days=7)
# What people recorded is theirs.
_BY_PEOPLE: Final = ("manual", "import")


@dataclass(frozen=True)
class Recorded:
    """What came of it: days that changed, and what was not believed."""

    prices: int
    left_out: list[str]


def refresh_asset(
    session: Session, asset_id: int, *, by: Actor, source: Source, within: float
) -> Recorded:
    """Ask a source for an asset's prices, outside of any lock, then record what it delivers.

    Args:
        within: seconds.

    Raises:
        NotFound, Forbidden: see `changes.permitted`.
        DataSourceError: the source failed; nothing has changed.
        SourceTooSlow: it takes longer.
    """
    asset = permitted(session, asset_id, by)
    newest = _newest(session, asset)
    since = newest.date - _ASKED_AGAIN if newest else None
    delivery = source.history(asset.symbol, since, within)
    return record_delivery(session, asset_id, delivery, by=by, source=source.name)


def record_delivery(
    session: Session, asset_id: int, delivery: Delivery, *, by: Actor, source: str
) -> Recorded:
    """Record what a source delivered: sound and plausible prices only, and splits.

    What people recorded themselves stays.

    Args:
        source: its name.

    Raises:
        NotFound, Forbidden: see `changes.changeable`.
        DataSourceError: nothing that it delivered is believed.
    """
    asset = changeable(session, asset_id, by)
    new_splits = _record_splits(session, asset, delivery.splits)
    of_asset = splits_of(session, asset.id)
    latest = latest_day(datetime.now(UTC))
    sifted = feeds.sifted(
        _as_stored(asset, delivery, of_asset), of_asset, _newest(session, asset), latest
    )
    if sifted.left_out and not sifted.bars:
        raise DataSourceError(f"The data source's prices are not believed: {sifted.left_out[0]}")
    changed = prices.replace_prices(session, asset.id, sifted.bars, source, immune=_BY_PEOPLE)
    if changed or new_splits:
        requote(session, asset)
        touched = [bar.date for bar in sifted.bars] + [split.date for split in new_splits]
        first, last = min(touched), max(touched)
        tell_of_history(session, asset, first, last, count=changed, source=source)
    return Recorded(changed, sifted.left_out)


def _record_splits(session: Session, asset: Asset, delivered: Sequence[Split]) -> list[Split]:
    days = {split.date for split in splits_of(session, asset.id)}
    new = [split for split in delivered if split.date not in days and split.ratio not in (0, 1)]
    session.add_all(
        models.Split(
            asset_id=asset.id,
            date=split.date,
            numerator=split.ratio.numerator,
            denominator=split.ratio.denominator,
        )
        for split in new
    )
    session.flush()
    return new


def _as_stored(asset: Asset, delivery: Delivery, of_asset: Sequence[Split]) -> list[Bar]:
    """Return the delivered bars as traded, in the asset's currency."""
    try:
        bars = [prices.in_currency_of(asset, bar, delivery.currency) for bar in delivery.bars]
    except ValidationFailed as error:
        raise DataSourceError(f"The data source's prices are in {delivery.currency}.") from error
    if delivery.basis == "split_adjusted":
        return [splits.as_traded(bar, of_asset) for bar in bars]
    return bars


def _newest(session: Session, asset: Asset) -> Bar | None:
    """Return the newest price that is not merely a trade's: it says how far a history goes."""
    prices_ = select(Price).where(Price.asset_id == asset.id, Price.source != TRADE)
    row = session.scalar(prices_.order_by(Price.date.desc()).limit(1))
    return Bar(row.date, row.close) if row else None
