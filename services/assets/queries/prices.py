"""Price records: the history of assets, by the day or by longer periods."""

from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, RowMapping, case, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from services.assets.domain.price_files import PriceFile
from services.assets.models import Asset, Price, Split, visible_to
from services.assets.queries import assets
from shared.errors import NotFound
from shared.http import AnySelect, Listing

Interval = Literal["daily", "weekly", "monthly"]
INTERVALS: Final[dict[Interval, str]] = {"daily": "day", "weekly": "week", "monthly": "month"}

_MOST_SHOWN: Final = 1000  # rows of a preview

# A split before the trading of a day counts for the days before it. Multiplied first, divided
# once: a third of a price keeps all the digits that an answer shows.
_ADJUSTED_CLOSE: Final = (
    select(
        Price.close
        * func.coalesce(func.product(Split.denominator), 1)
        / func.coalesce(func.product(Split.numerator), 1)
    )
    .where(Split.asset_id == Price.asset_id, Split.date > Price.date)
    .correlate(Price)
    .scalar_subquery()
)
_RECORD: Final = (
    Price.id,
    Price.asset_id.label("asset"),
    Asset.symbol,
    Price.date,
    Price.open,
    Price.high,
    Price.low,
    Price.close,
    _ADJUSTED_CLOSE.label("adjusted_close"),
    Price.volume,
    Price.source,
)


def one(session: Session, price_id: int, user_id: int) -> RowMapping:
    """Return one price record.

    Raises:
        NotFound: there is none, or its asset is private to somebody else.
    """
    row = session.execute(_records(user_id).where(Price.id == price_id)).mappings().one_or_none()
    if row is None:
        raise NotFound.of("price record")
    return row


def visible(
    user_id: int,
    *,
    ordering: tuple[str, bool],
    asset_id: int | None = None,
    symbol: str | None = None,
    start_date: date | None = None,
    end_date: date | None = None,
) -> Listing:
    """Return the daily prices of the assets that a user sees.

    Args:
        ordering: "date", and whether the newest comes first.
    """
    statement = _within(_records(user_id), start_date, end_date)
    if asset_id is not None:
        statement = statement.where(Price.asset_id == asset_id)
    if symbol is not None:
        statement = statement.where(Asset.symbol == symbol)
    _, descending = ordering
    order = (Price.date.desc(), Price.id.desc()) if descending else (Price.date, Price.id)
    return Listing(statement.order_by(*order))


def history(
    session: Session,
    asset_id: int,
    user_id: int,
    *,
    interval: Interval,
    ordering: tuple[str, bool],
    start_date: date | None = None,
    end_date: date | None = None,
) -> Listing:
    """Return the prices of one asset, a record a day, ISO week or month.

    A period's record is that of its last day, with the period's open, range and volume. Where a
    day of the period has no range or volume, the period has none.

    Raises:
        NotFound: there is no such asset, or it is private to somebody else.
    """
    assets.require_visible(session, asset_id, user_id)
    if interval == "daily":
        return visible(
            user_id,
            ordering=ordering,
            asset_id=asset_id,
            start_date=start_date,
            end_date=end_date,
        )
    daily = _within(_records(user_id).where(Price.asset_id == asset_id), start_date, end_date)
    _, descending = ordering
    return Listing(_by_period(daily, INTERVALS[interval], descending=descending))


def preview(file: PriceFile) -> dict[str, Any]:
    """Return how a file was read: its form, its columns, its first rows."""
    rows = zip(file.lines[:_MOST_SHOWN], file.bars, strict=False)
    names = ("date", "open", "high", "low", "close", "volume")
    return {
        "form": file.form,
        "title_lines": file.title_lines,
        "columns": file.titles,
        "rows": [
            {"line": line, **{name: getattr(bar, name) for name in names}} for line, bar in rows
        ],
    }


def _records(user_id: int) -> AnySelect:
    return select(*_RECORD).join(Asset, Asset.id == Price.asset_id).where(visible_to(user_id))


def _within(statement: AnySelect, start: date | None, end: date | None) -> AnySelect:
    if start is not None:
        statement = statement.where(Price.date >= start)
    if end is not None:
        statement = statement.where(Price.date <= end)
    return statement


def _by_period(daily: AnySelect, unit: str, *, descending: bool) -> AnySelect:
    day = daily.subquery("day")
    last = func.max(day.c.date).label("date")

    def of_last(column: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.array_agg(aggregate_order_by(column, day.c.date.desc()))[1].label(column.key)

    def where_all_known(aggregate: Any, column: ColumnElement[Any]) -> ColumnElement[Any]:
        is_known = func.count(column) == func.count()
        return case((is_known, aggregate(column))).label(column.key)

    opened = func.array_agg(aggregate_order_by(day.c.open, day.c.date))[1]
    return (
        select(
            of_last(day.c.id),
            of_last(day.c.asset),
            of_last(day.c.symbol),
            last,
            opened.label("open"),
            where_all_known(func.max, day.c.high),
            where_all_known(func.min, day.c.low),
            of_last(day.c.close),
            of_last(day.c.adjusted_close),
            where_all_known(func.sum, day.c.volume),
            of_last(day.c.source),
        )
        .group_by(func.date_trunc(unit, day.c.date))
        .order_by(last.desc() if descending else last)
    )
