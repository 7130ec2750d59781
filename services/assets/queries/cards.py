"""Assets and prices as other services copy them: whole, with the sequence they have."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, Text, case, cast, func, select, text, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.assets.models import Asset, Price, Split, visible_to
from shared.errors import NotFound
from shared.events.cards import TRADE
from shared.http import Resource

PAGE: Final = 1000  # cards
_NONE: Final = text("'{}'::text[]")


def one(session: Session, asset_id: int) -> Resource:
    """Return one asset's card and sequence.

    Raises:
        NotFound: there is no such asset.
    """
    cards = by_ids(session, [asset_id])
    if not cards:
        raise NotFound.of("asset")
    return cards[0]


def of(asset: Asset) -> Resource:
    """Return the card and sequence of an asset."""
    return {**asset.card(), "sequence": asset.sequence}


def by_ids(session: Session, ids: Sequence[int]) -> list[Resource]:
    """Return the cards of these assets, retired ones too; unknown ids are left out."""
    return _cards(session, select(Asset).where(Asset.id.in_(ids)).order_by(Asset.id))


def page(session: Session, after_id: int) -> list[Resource]:
    """Return the next 1000 cards of all assets."""
    after = select(Asset).where(Asset.id > after_id)
    return _cards(session, after.order_by(Asset.id).limit(PAGE))


def by_symbols(session: Session, symbols: Sequence[str], user: int) -> list[Resource]:
    """Return all assets that a user may mean by these symbols; see `_of_user`."""
    return _of_user(session, user, Asset.symbol, symbols)


def by_isins(session: Session, isins: Sequence[str], user: int) -> list[Resource]:
    """Return all assets that a user may mean by these ISINs; see `_of_user`."""
    return _of_user(session, user, Asset.isin, isins)


def series(session: Session, asset_id: int) -> Resource:
    """Return an asset's card, sequence, splits and all its prices in columns, oldest first.

    One statement, so one snapshot: the prices are neither older nor newer than the sequence.

    Raises:
        NotFound: there is no such asset.
    """
    history, splits = _history(asset_id), _splits(asset_id)
    statement = (
        select(Asset, *history.c, splits.c.splits)
        .select_from(Asset)
        .join(history, true())
        .join(splits, true())
        .where(Asset.id == asset_id)
    )
    row = session.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound.of("asset")
    asset: Asset = row["Asset"]
    columns = {name: row[name] for name in [*history.c.keys(), "splits"]}
    return {"asset": asset.card(), "sequence": asset.sequence, **columns}


def _of_user(
    session: Session, user_id: int, name: InstrumentedAttribute[Any], texts: Sequence[str]
) -> list[Resource]:
    """Return what a user sees under these names: their own before public ones, retired ones last.

    Retired ones too: a ledger from before may name them.
    """
    namesakes = select(Asset).where(name.in_(texts), visible_to(user_id))
    order = (name, Asset.is_active.desc(), Asset.owner_id.nulls_last(), Asset.id)
    return _cards(session, namesakes.order_by(*order))


def _history(asset_id: int) -> Subquery:
    """Return one row: every column of an asset's prices as an array, by date."""

    def column(values: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.array_agg(aggregate_order_by(values, Price.date))

    def where_any(name: InstrumentedAttribute[Any], values: ColumnElement[Any]) -> Any:
        return case((func.count(name) > 0, column(values)))

    return (
        select(
            func.coalesce(column(cast(Price.date, Text)), _NONE).label("dates"),
            func.coalesce(column(_plain(Price.close)), _NONE).label("close"),
            where_any(Price.open, _plain(Price.open)).label("open"),
            where_any(Price.high, _plain(Price.high)).label("high"),
            where_any(Price.low, _plain(Price.low)).label("low"),
            where_any(Price.volume, Price.volume.expression).label("volume"),
            func.coalesce(
                column(cast(Price.date, Text)).filter(Price.source == TRADE), _NONE
            ).label("trade_days"),
        )
        .where(Price.asset_id == asset_id)
        .subquery("history")
    )


def _splits(asset_id: int) -> Subquery:
    """Return one row: an asset's splits as a list, by date."""
    ratio = func.concat(Split.numerator, ":", Split.denominator)
    split = func.json_build_object("date", Split.date, "ratio", ratio)
    listed = func.coalesce(func.json_agg(aggregate_order_by(split, Split.date)), text("'[]'::json"))
    return select(listed.label("splits")).where(Split.asset_id == asset_id).subquery("listed")


def _plain(price: InstrumentedAttribute[Any]) -> ColumnElement[str]:
    return cast(func.trim_scale(price), Text)


def _cards(session: Session, statement: Select[Asset]) -> list[Resource]:
    return [of(asset) for asset in session.scalars(statement)]
