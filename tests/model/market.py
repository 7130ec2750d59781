"""What things cost: assets with their closes and splits, and exchange rates."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.model.ledger import Entry

DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class Closes:
    """Closes by day."""

    by_day: Mapping[date, Fraction]

    @cached_property
    def days(self) -> list[date]:
        """The days that have one, in order."""
        return sorted(self.by_day)

    def last(self, day: date) -> tuple[date, Fraction] | None:
        """Return the last one on or before a day, and its day."""
        place = bisect_right(self.days, day)
        return (self.days[place - 1], self.by_day[self.days[place - 1]]) if place else None

    def between(self, after: date, until: date) -> list[date]:
        """Return the days after one and until another that have a close."""
        return self.days[bisect_right(self.days, after) : bisect_right(self.days, until)]


@dataclass(frozen=True)
class Asset:
    """Something that has a price in its own currency.

    Attributes:
        owner_makes_it: it is private to the portfolio's owner.
        splits: ratio by day; the closes are as traded.
        traded: the days whose close is that of a trade.
    """

    symbol: str
    kind: str
    currency: str
    closes: Closes
    splits: Mapping[date, Fraction] = field(default_factory=dict)
    owner_makes_it: bool = False
    traded: frozenset[date] = frozenset()

    @property
    def is_crypto(self) -> bool:
        """Whether it trades every day."""
        return self.kind == "CRYPTO"

    @property
    def recorded(self) -> dict[date, Fraction]:
        """The closes that somebody recorded."""
        closes = self.closes.by_day
        return {day: close for day, close in closes.items() if day not in self.traded}

    def is_news(self, day: date) -> bool:
        """Whether a day has a close that makes it an observation day."""
        if day not in self.closes.by_day:
            return False
        return day not in self.traded or day.weekday() < SATURDAY

    def with_trades(self, trades: Mapping[date, Fraction]) -> "Asset":
        """Return the same with the prices of trades on days that have no close."""
        if not self.owner_makes_it:
            return self
        new = {day: price for day, price in trades.items() if day not in self.closes.by_day}
        closes = Closes({**self.closes.by_day, **new})
        return replace(self, closes=closes, traded=frozenset(new))

    def adjusted(self, day: date) -> Fraction:
        """Return the close of a day in the shares of today."""
        later = prod((ratio for on, ratio in self.splits.items() if on > day), start=Fraction(1))
        return self.closes.by_day[day] / later


@dataclass(frozen=True)
class Market:
    """All prices there are.

    Attributes:
        assets: by symbol.
        pairs: closes of the public currency pairs by name; EURUSD is dollars for one euro.
        own_pairs: those of the portfolio's owner.
    """

    assets: Mapping[str, Asset]
    pairs: Mapping[str, Closes]
    own_pairs: Mapping[str, Closes] = field(default_factory=dict)

    def with_trades(self, entries: Iterable["Entry"]) -> "Market":
        """Return the same with the prices of trades, of a day the last created one's."""
        prices: dict[str, dict[date, Fraction]] = {symbol: {} for symbol in self.assets}
        for entry in entries:
            asset = self.assets.get(entry.asset or "")
            is_trade = entry.kind in {"BUY", "SELL"}
            if is_trade and asset is not None and entry.currency == asset.currency:
                prices[asset.symbol][entry.day] = Fraction(entry.price or 0)
        assets = {name: asset.with_trades(prices[name]) for name, asset in self.assets.items()}
        return replace(self, assets=assets)

    def rate(self, source: str, target: str, day: date) -> Fraction | None:
        """Return units of `target` for one of `source`: of the pair, else across EUR or USD."""
        if source == target:
            return Fraction(1)
        if (direct := self._pair(source, target, day)) is not None:
            return direct
        for middle in ("EUR", "USD"):
            if middle not in {source, target}:
                first, second = self._pair(source, middle, day), self._pair(middle, target, day)
                if first is not None and second is not None:
                    return first * second
        return None

    def _pair(self, source: str, target: str, day: date) -> Fraction | None:
        if (close := self._close(source + target, day)) is not None:
            return close
        turned = self._close(target + source, day)
        return None if turned is None else 1 / turned

    def _close(self, name: str, day: date) -> Fraction | None:
        """Return the later of an own and a public close; the own one where they are of one day."""
        own, public = (
            closes[name].last(day) if name in closes else None
            for closes in (self.own_pairs, self.pairs)
        )
        if own is None or public is None:
            return (own or public or (day, None))[1]
        return own[1] if own[0] >= public[0] else public[1]
