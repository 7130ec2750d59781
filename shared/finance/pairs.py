"""Which assets exchange rates rest on, in every service's own table of assets.

A user's own pair and the public one of its name are read as one series: each adds its closes, and
of a day that both have the own one's counts. So the last close on or before a day is the later of
the two, the own one where they are equal.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, UnaryExpression, any_, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on


def pair_ids(
    asset: type[Any], symbols: Collection[str] | ColumnElement[Any], user: int | ColumnElement[Any]
) -> Select[int]:
    """Return the statement of the ids of the currency pairs that count for a user.

    Those are public or their own; a retired pair counts, since its prices stay. Of equal symbols of
    one owner the active one and then the newer counts, and it alone: its history is not mixed with
    another's.

    Args:
        asset: the service's table, with `id`, `owner_id`, `symbol`, `asset_type`, `is_active`.
        symbols: "EURUSD" is dollars for one euro; or the parameter that will hold a list of them.
        user: whose money is converted; or the parameter that will hold their number.
    """
    # As one array: of each number of symbols PostgreSQL would see another statement.
    listed = (
        symbols if isinstance(symbols, ColumnElement) else literal(sorted(symbols), ARRAY(Text))
    )
    return (
        select(asset.id)
        .ext(distinct_on(asset.symbol, asset.owner_id))
        .where(asset.symbol == any_(listed), asset.asset_type == "CURRENCY")
        .where(or_(asset.owner_id.is_(None), asset.owner_id == user))
        .order_by(asset.symbol, asset.owner_id, asset.is_active.desc(), asset.id.desc())
    )


def own_last(asset: type[Any]) -> UnaryExpression[Any]:
    """Return the order of the closes that pairs of one symbol have of one day: the last counts."""
    nulls_first: UnaryExpression[Any] = asset.owner_id.nulls_first()
    return nulls_first
