"""Prices from a data source: what is asked, and how an answer is recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import func, select
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
from services.assets.commands.feeds import note_asked
from services.assets.domain import feeds, splits
from services.assets.domain.access import Actor
from services.assets.domain.feeds import EARLIEST, DataSourceError, Delivery, Wanted
from services.assets.domain.quotes import Bar
from services.assets.domain.splits import Split
from services.assets.models import Asset, Feed, Price, Trade
from services.assets.outside.sources import Sources, asking
from shared.errors import ValidationFailed
from shared.events.cards import TRADE
from shared.finance.days import latest_day

# A source corrects its newest days.
_ASKED_AGAIN: Final = timedelta(days=7)
# The history of a private asset begins before its first trade, so that indicators of that day have
# something to look back on; of one that is in no ledger yet it is bounded all the same.
_BEFORE_TRADES: Final = timedelta(days=366)
_WITHOUT_TRADES: Final = timedelta(days=10 * 366)
# What people recorded is theirs.
_BY_PEOPLE: Final = ("manual", "import")


@dataclass(frozen=True)
class Inquiry:
    """What is asked about an asset, and whom: a source's name; None is the first that has it."""

    asset_id: int
    source: str | None
    wanted: Wanted


@dataclass(frozen=True)
class Recorded:
    """What came of it: days that changed, and what was not believed."""

    prices: int
    left_out: list[str]


def inquiry(session: Session, asset_id: int, *, by: Actor) -> Inquiry:
    """Return what a source is to be asked about an asset; takes no lock.

    Raises:
        NotFound, Forbidden: see `changes.permitted`.
    """
    asset = permitted(session, asset_id, by)
    symbol = asset.data_symbol or asset.symbol
    wanted = Wanted(symbol, asset.asset_type, asset.currency, _since(session, asset))
    return Inquiry(asset.id, asset.data_source, wanted)


def ask(
    sources: Sources, inquiry: Inquiry, *, by: Actor, within: float
) -> Callable[[Session], Recorded]:
    """Ask the source of an asset; return what records its answer.

    Args:
        within: seconds that it may take.

    Raises:
        Conflict: there is nobody to ask: see `Sources.serving`.
        DataSourceError: the source failed.
        SourceTooSlow: it takes longer.
    """
    source = sources.serving(inquiry.source, inquiry.wanted.asset_type)
    delivery = asking.history(source, inquiry.wanted, within)
    return partial(
        record_delivery,
        asset_id=inquiry.asset_id,
        delivery=delivery,
        by=by,
        source=source.name,
        since=inquiry.wanted.since,
    )


def refresh_asset(
    session: Session, asset_id: int, *, by: Actor, sources: Sources, within: float
) -> Recorded:
    """Ask the source of an asset, outside of any lock, then record what it delivers.

    Raises:
        NotFound, Forbidden: see `changes.permitted`.
        Conflict, DataSourceError, SourceTooSlow: see `ask`; nothing has changed.
    """
    record = ask(sources, inquiry(session, asset_id, by=by), by=by, within=within)
    return record(session)


def record_delivery(
    session: Session,
    asset_id: int,
    delivery: Delivery,
    *,
    by: Actor,
    source: str,
    since: date | None = None,
) -> Recorded:
    """Record what a source delivered: sound and plausible prices only, and splits.

    What people recorded themselves stays.

    Args:
        source: its name.
        since: the first day that it was asked for; None is all there is.

    Raises:
        NotFound, Forbidden: see `changes.changeable`.
        DataSourceError: nothing that it delivered is believed.
    """
    asset = changeable(session, asset_id, by)
    new_splits = _record_splits(session, asset, delivery.splits)
    of_asset = splits_of(session, asset.id)
    latest = latest_day(datetime.now(UTC))
    bars = _as_stored(asset, delivery, of_asset)
    last = _newest(session, asset, until=min(bar.date for bar in bars)) if bars else None
    sifted = feeds.sifted(bars, of_asset, last, latest)
    if sifted.left_out and not sifted.bars:
        raise DataSourceError(f"The data source's prices are not believed: {sifted.left_out[0]}")
    changed = prices.replace_prices(session, asset.id, sifted.bars, source, immune=_BY_PEOPLE)
    if changed or new_splits:
        requote(session, asset)
        touched = [bar.date for bar in sifted.bars] + [split.date for split in new_splits]
        tell_of_history(session, asset, min(touched), max(touched), count=changed, source=source)
    note_asked(session, asset.id, asset.owner_id, since or EARLIEST)
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


def _since(session: Session, asset: Asset) -> date | None:
    """Return the first day that a source is asked for; None is all there is.

    Once it was asked for everything that is wanted, only its newest days are.
    """
    first = _first_wanted(session, asset)
    asked_from = session.scalar(select(Feed.asked_from).where(Feed.asset_id == asset.id))
    newest = _newest(session, asset)
    if newest is None or asked_from is None or asked_from > (first or EARLIEST):
        return first
    return newest.date - _ASKED_AGAIN


def _first_wanted(session: Session, asset: Asset) -> date | None:
    """Return where the history of an asset begins; None is as early as there is."""
    # Rates are wanted of ledgers that nobody here knows.
    if asset.owner_id is None or asset.asset_type == "CURRENCY":
        return None
    traded = select(func.min(Trade.date)).where(Trade.asset_id == asset.id)
    first: date | None = session.scalar(traded)
    if first is None:
        return latest_day(datetime.now(UTC)) - _WITHOUT_TRADES
    return max(first - _BEFORE_TRADES, EARLIEST)


def _newest(session: Session, asset: Asset, *, until: date = date.max) -> Bar | None:
    """Return the newest price that is not merely a trade's: it says how far a history goes."""
    known = select(Price).where(
        Price.asset_id == asset.id, Price.source != TRADE, Price.date <= until
    )
    row = session.scalar(known.order_by(Price.date.desc()).limit(1))
    return Bar(row.date, row.close) if row else None
