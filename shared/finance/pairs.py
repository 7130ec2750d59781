"""Which assets exchange rates rest on, in every service's own table of assets."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on


def pair_ids(asset: type[Any], symbols: Collection[str]) -> Select[int]:
    """Return the statement of the ids of the currency pairs that count, one for each symbol.

    Those are public; a retired pair counts, since its prices stay. Of equal symbols the active
    one and then the newer counts, and it alone: its history is not mixed with another's.

    Args:
        asset: the service's table, with `id`, `owner_id`, `symbol`, `asset_type`, `is_active`.
        symbols: "EURUSD" is dollars for one euro.
    """
    return (
        select(asset.id)
        .ext(distinct_on(asset.symbol))
        .where(asset.symbol.in_(symbols), asset.asset_type == "CURRENCY", asset.owner_id.is_(None))
        .order_by(asset.symbol, asset.is_active.desc(), asset.id.desc())
    )
