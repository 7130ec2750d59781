"""Exchange rates from the closes that we keep."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final

from sqlalchemy import ARRAY, BigInteger, Date, Text, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from services.portfolio.models import Asset, FxClose
from shared.db import Query, execute
from shared.finance.pairs import own_last, pair_ids
from shared.finance.rates import Rate, find_rate, pair_symbols

Pair = tuple[str, str]

_FIRST: Final = bindparam("first", type_=Date)
_earlier = aliased(FxClose)
_BEFORE_FIRST: Final = (
    select(func.max(_earlier.date))
    .where(_earlier.asset_id == Asset.id, _earlier.date <= _FIRST)
    .scalar_subquery()
)
_PAIRS: Final = pair_ids(
    Asset, bindparam("symbols", type_=ARRAY(Text)), bindparam("owner", type_=BigInteger)
)
_CLOSES: Final = Query(
    select(Asset.symbol, FxClose.date, FxClose.close)
    .join(Asset, Asset.id == FxClose.asset_id)
    .where(Asset.id.in_(_PAIRS))
    .where(FxClose.date <= bindparam("last", type_=Date))
    .where(FxClose.date >= func.coalesce(_BEFORE_FIRST, _FIRST))
    .order_by(FxClose.date, own_last(Asset))
)


class RateBook:
    """The rates between some currencies, over some days; made by `load`."""

    def __init__(self) -> None:
        self._days: defaultdict[str, list[date]] = defaultdict(list)
        self._closes: defaultdict[str, list[Decimal]] = defaultdict(list)
        self.find = cache(self._find)

    def add(self, symbol: str, day: date, close: Decimal) -> None:
        """Take the close of a pair; it counts before those taken earlier, and is not older."""
        self._days[symbol].append(day)
        self._closes[symbol].append(close)

    def _find(self, source: str, target: str, day: date) -> Rate | None:
        """Return the units of `target` for one `source` on or before `day`; None is unknown."""

        def last(symbol: str) -> tuple[Decimal, date] | None:
            index = bisect_right(self._days[symbol], day) - 1
            return (self._closes[symbol][index], self._days[symbol][index]) if index >= 0 else None

        return find_rate(source, target, last)


def load(
    session: Session, owner_id: int, pairs: Iterable[Pair], first: date, last: date
) -> RateBook:
    """Return a user's rates between the currencies of `pairs` on each day from `first` to `last`.

    Their own pairs count beside the public ones: see `shared.finance.pairs`.
    """
    rates = RateBook()
    symbols = pair_symbols(pairs)
    if not symbols:
        return rates
    asked = {"symbols": sorted(symbols), "owner": owner_id, "first": first, "last": last}
    for symbol, day, close in execute(session, _CLOSES, asked):
        rates.add(symbol, day, close)
    return rates
