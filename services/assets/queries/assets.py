"""Assets as the public API answers them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    Row,
    Select,
    UnaryExpression,
    and_,
    case,
    or_,
    select,
)
from sqlalchemy.orm import Session

from services.assets.domain import terms
from services.assets.models import PRIVATE, PUBLIC, Asset, SearchEntry, visible_to
from shared.errors import NotFound
from shared.http import Listing
from shared.money import EXACT, MINOR_CURRENCIES, round_money

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
    case((Asset.owner_id.is_(None), PUBLIC), else_=PRIVATE).label("visibility"),
    # What an ETag compares: see `Asset.revision`.
    Asset.revision.label("version"),
)
_SEARCHED: Final = (
    Asset.symbol,
    Asset.name,
    Asset.isin,
    Asset.exchange,
    Asset.sector,
    Asset.industry,
)
ORDERINGS: Final = {
    "id": Asset.id,
    "symbol": Asset.symbol,
    "name": Asset.name,
    "asset_type": Asset.asset_type,
    "current_price": Asset.current_price,
    "market_cap": Asset.market_cap,
}


def one(
    session: Session, asset_id: int, user_id: int, *, quoted_in: str | None = None
) -> dict[str, Any]:
    """Return one asset as its GET answers.

    Args:
        quoted_in: the currency that the client spoke of; a minor unit is answered by a warning.

    Raises:
        NotFound: there is none, or it is private to somebody else.
    """
    statement = select(*ASSET).where(Asset.id == asset_id, visible_to(user_id))
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound.of("asset")
    return _resource(row, quoted_in)


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
        found = (text.icontains(search, autoescape=True) for text in _SEARCHED)
        statement = statement.where(or_(*found))
    name, descending = ordering
    column: Any = ORDERINGS[name]
    direction: UnaryExpression[Any] = column.desc() if descending else column.asc()
    return Listing(statement.order_by(direction.nulls_last(), Asset.id), resources)


def search(
    session: Session, user_id: int, q: str, limit: int, **filters: Any
) -> list[dict[str, Any]]:
    """Return the assets that `q` may mean, the likeliest first.

    The exact symbol or ISIN, then symbols that begin so, then names with these words, with words
    that begin so, and last with a typing error in one of them.

    Args:
        limit: assets at most.
        filters: column → value that it must have.
    """
    words = terms.wanted(q)
    whole = terms.wanted_symbol(q)
    kept = SearchEntry.terms
    found = [kept.overlap(whole.any)]
    if words:
        found.append(and_(*(kept.overlap(word.any) for word in words)))
    identifier = q.strip().upper()
    rank = case(
        (or_(Asset.symbol == identifier, Asset.isin == identifier), 0),
        (Asset.symbol.startswith(identifier, autoescape=True), 1),
        (kept.contains([word.whole for word in words]), 2),
        (kept.contains([word.begins for word in words]), 3),
        else_=4,
    )
    statement = (
        select(*ASSET)
        .join(SearchEntry, SearchEntry.asset_id == Asset.id)
        .where(or_(*found), visible_to(user_id), Asset.is_active)
    )
    statement = _filtered(statement, filters).order_by(rank, Asset.symbol, Asset.id)
    return resources(session, session.execute(statement.limit(limit)).all())


def resources(_: Session, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Return assets as they are answered."""
    return [_resource(row) for row in rows]


def _filtered(statement: Select[Any], filters: Mapping[str, Any]) -> Select[Any]:
    return statement.where(*(getattr(Asset, name) == value for name, value in filters.items()))


def _resource(row: Row[Any], quoted_in: str | None = None) -> dict[str, Any]:
    resource = dict(row._mapping)
    resource["price_change"], resource["price_change_percentage"] = _change(
        row.current_price, row.previous_close
    )
    if row.market_cap is not None:
        resource["market_cap"] = round_money(row.market_cap, row.currency)
    if warnings := _warnings(row, quoted_in):
        resource["warnings"] = warnings
    return resource


def _change(
    current: Decimal | None, previous: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """Return the change of a price, and in percent of the one before; None where there is none."""
    if current is None or previous is None:
        return None, None
    change = current - previous
    return change, EXACT.divide(change * 100, previous)


def _warnings(row: Row[Any], quoted_in: str | None) -> Warnings:
    found = []
    if row.current_price is None:
        found.append(_warning("current_price", "no_price", "No price has been recorded yet."))
    elif row.previous_close is None:
        message = "There is no price of an earlier day to compare with."
        found.append(_warning("price_change", "no_previous_close", message))
    if quoted_in in MINOR_CURRENCIES:
        message = (
            f"{quoted_in} is a hundredth of {row.currency}; prices are kept in {row.currency}."
        )
        found.append(_warning("currency", "minor_unit_converted", message))
    return found


def _warning(field: str, code: str, message: str) -> dict[str, str]:
    return {"field": field, "code": code, "message": message}
