"""Assets as the public API answers them."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    UnaryExpression,
    and_,
    case,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session

from services.assets.domain import terms
from services.assets.models import PRIVATE, PUBLIC, Asset, SearchEntry, visible_to
from shared.errors import NotFound
from shared.finance.money import EXACT, MINOR_CURRENCIES, round_money
from shared.http import AnyRow, AnySelect, Listing, Resource

Warnings = list[dict[str, str]]

ASSET: Final = (
    Asset.id,
    Asset.symbol,
    Asset.name,
    Asset.asset_type,
    Asset.currency,
    Asset.exchange,
    Asset.current_price,
    Asset.previous_close,
    Asset.day_high,
    Asset.day_low,
    Asset.volume,
    Asset.market_cap,
    Asset.sector,
    Asset.industry,
    Asset.last_price_update,
    Asset.isin,
    Asset.country,
    Asset.is_active,
    Asset.data_source,
    Asset.data_symbol,
    case((Asset.owner_id.is_(None), PUBLIC), else_=PRIVATE).label("visibility"),
    # What an ETag compares: see `Asset.revision`.
    Asset.revision,
)
_SEARCHED: Final = (
    Asset.symbol,
    Asset.name,
    Asset.isin,
    Asset.exchange,
    Asset.sector,
    Asset.industry,
)
# With a typing error in a word that more assets have, the first of them are looked at.
_SIMILAR: Final = 500
ORDERINGS: Final = {
    "id": Asset.id,
    "symbol": Asset.symbol,
    "name": Asset.name,
    "asset_type": Asset.asset_type,
    "current_price": Asset.current_price,
    "market_cap": Asset.market_cap,
}


def one(
    session: Session,
    asset_id: int,
    user_id: int,
    *,
    quoted_in: str | None = None,
    left_out: Sequence[str] = (),
) -> Resource:
    """Return one asset as its GET answers.

    Args:
        quoted_in: the currency that the client spoke of; a minor unit is answered by a warning.
        left_out: prices that were not believed, a warning each.

    Raises:
        NotFound: there is none, or it is private to somebody else.
    """
    statement = select(*ASSET).where(Asset.id == asset_id, visible_to(user_id))
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound.of("asset")
    doubts = [_warning("current_price", "implausible_price", why) for why in left_out]
    return _resource(row, unit_warnings(quoted_in) + doubts)


def require_visible(session: Session, asset_id: int, user_id: int) -> None:
    """Do nothing if a user sees this asset.

    Raises:
        NotFound: there is none, or it is private to somebody else.
    """
    seen = select(Asset.id).where(Asset.id == asset_id, visible_to(user_id))
    if session.scalar(seen) is None:
        raise NotFound.of("asset")


def visible(
    user_id: int,
    *,
    ordering: tuple[str, bool],
    is_active: bool = True,
    search: str | None = None,
    **filters: Any,
) -> Listing:
    """Return the assets that a user sees.

    Args:
        ordering: one of `ORDERINGS`, and whether it descends.
        is_active: False for the retired ones.
        filters: column → value that it must have.
    """
    statement = select(*ASSET).where(visible_to(user_id), Asset.is_active == is_active)
    statement = _filtered(statement, filters)
    if search:
        matches = (column.icontains(search, autoescape=True) for column in _SEARCHED)
        statement = statement.where(or_(*matches))
    name, descending = ordering
    column: Any = ORDERINGS[name]
    direction: UnaryExpression[Any] = column.desc() if descending else column.asc()
    return Listing(statement.order_by(direction.nulls_last(), Asset.id), resources)


def search(session: Session, user_id: int, q: str, limit: int, **filters: Any) -> list[Resource]:
    """Return the assets that `q` may mean, the likeliest first.

    The exact symbol or ISIN, then symbols that begin so, then names with these words, with words
    that begin so, and last with a typing error in one of them.

    Args:
        limit: assets at most.
        filters: column → value that it must have.
    """
    # PostgreSQL takes a comparison of two arrays for as cheap as one of two numbers, and would
    # compare those of all assets. Ends with the transaction.
    session.execute(text("SET LOCAL enable_seqscan = off"))
    statement = (
        select(*ASSET)
        .join(SearchEntry, SearchEntry.asset_id == Asset.id)
        .where(visible_to(user_id), Asset.is_active)
        .order_by(Asset.symbol, Asset.id)
    )
    statement = _filtered(statement, filters)
    rows: list[AnyRow] = []
    # One likelihood after the other: to rank all that match a frequent word would read them all.
    for condition in _by_likelihood(q):
        if len(rows) < limit:
            others = statement.where(condition, Asset.id.not_in([row.id for row in rows]))
            rows += session.execute(others.limit(limit - len(rows))).all()
    return resources(session, rows)


def _by_likelihood(q: str) -> Iterator[ColumnElement[bool]]:
    identifier = q.strip().upper()
    entry = SearchEntry.terms
    words = terms.wanted(q)
    yield or_(Asset.symbol == identifier, Asset.isin == identifier)
    yield Asset.symbol.startswith(identifier, autoescape=True)
    similar = [entry.overlap(terms.wanted_symbol(q).any)]
    if words:
        yield entry.contains([word.whole for word in words])
        yield entry.contains([word.begins for word in words])
        similar.append(and_(*(entry.overlap(word.any) for word in words)))
    # Found first, by their index: PostgreSQL expects thousands that are similar, and would rather
    # read all assets by symbol until it has enough.
    namesakes = select(SearchEntry.asset_id).where(or_(*similar)).cte("namesakes")
    candidates = select(namesakes.prefix_with("MATERIALIZED").c.asset_id).limit(_SIMILAR)
    yield Asset.id.in_(candidates)


def resources(_: Session, rows: Sequence[AnyRow]) -> list[Resource]:
    """Return assets as they are answered."""
    return [_resource(row) for row in rows]


def _filtered(statement: AnySelect, filters: Mapping[str, Any]) -> AnySelect:
    return statement.where(*(getattr(Asset, name) == value for name, value in filters.items()))


def _resource(row: AnyRow, more: Warnings | None = None) -> Resource:
    change, percentage = _change(row.current_price, row.previous_close)
    market_cap = row.market_cap
    return {
        **row._mapping,
        "price_change": change,
        "price_change_percentage": percentage,
        "market_cap": None if market_cap is None else round_money(market_cap, row.currency),
        "warnings": _warnings(row) + (more or []),
    }


def _change(
    current: Decimal | None, previous: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """Return the change of a price, and in percent of the one before; None where there is none.

    A price before that a split left nothing of, to the decimals of a price, has no percent.
    """
    if current is None or previous is None:
        return None, None
    change = current - previous
    return change, EXACT.divide(change * 100, previous) if previous else None


def _warnings(row: AnyRow) -> Warnings:
    warnings = []
    if row.current_price is None:
        warnings.append(_warning("current_price", "no_price", "No price has been recorded yet."))
    elif row.previous_close is None:
        message = "There is no price of an earlier day that it can be compared with."
        warnings.append(_warning("price_change", "no_previous_close", message))
    elif not row.previous_close:
        message = "The price of the day before is 0 after the split: nothing to take a percent of."
        warnings.append(_warning("price_change_percentage", "previous_close_zero", message))
    return warnings


def unit_warnings(quoted_in: str | None) -> Warnings:
    """Return the warning that numbers quoted in a minor unit were divided by 100, if they were."""
    if quoted_in not in MINOR_CURRENCIES:
        return []
    major = MINOR_CURRENCIES[quoted_in]
    message = f"{quoted_in} is a hundredth of {major}; prices are kept in {major}."
    return [_warning("currency", "minor_unit_converted", message)]


def _warning(field: str, code: str, message: str) -> dict[str, str]:
    return {"field": field, "code": code, "message": message}
