"""Which assets exchange rates rest on, in every service's own table of assets."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on


def pair_ids(asset: type[Any], symbols: Collection[str] | ColumnElement[Any]) -> Select[int]:
    """Return the statement of the ids of the currency pairs that count, one for each symbol.

    Those are public; a retired pair counts, since its prices stay. Of equal symbols the active
    one and then the newer counts, and it alone: its history is not mixed with another's.

    Args:
        asset: the service's table, with `id`, `owner_id`, `symbol`, `asset_type`, `is_active`.
        symbols: "EURUSD" is dollars for one euro; or the parameter that will hold a list of them.
    """
    # As one array: of each number of symbols PostgreSQL would see another statement.
    listed = (
        symbols if isinstance(symbols, ColumnElement) else literal(sorted(symbols), ARRAY(Text))
    )
    return (
        select(asset.id)
        .ext(distinct_on(asset.symbol))
        .where(
            asset.symbol == any_(listed), asset.asset_type == "CURRENCY", asset.owner_id.is_(None)
        )
        .order_by(asset.symbol, asset.is_active.desc(), asset.id.desc())
    )
