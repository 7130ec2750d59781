"""What a data source delivers, and how much of it is believed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final, Literal, Protocol, runtime_checkable

from services.assets.domain import quotes, splits
from services.assets.domain.quotes import Bar
from services.assets.domain.splits import Split
from shared.errors import SourceFailed

Basis = Literal["as_traded", "split_adjusted"]

# As a first day: all there is.
EARLIEST: Final = date(1900, 1, 1)
# Pence for pounds is a factor of 100; no market moves by 50 between two of its days.
_NONSENSE: Final = 50


class DataSourceError(SourceFailed):
    """The data source failed; nothing that is stored has changed."""


class SourceDown(DataSourceError):
    """It does not answer, or nobody for now: other symbols would fare no better."""


class SourceTooSlow(SourceDown):
    """It did not answer in the time it was given; later it may."""


@dataclass(frozen=True)
class Wanted:
    """What a source is asked for.

    Attributes:
        symbol: what the source calls the asset.
        currency: of the asset.
        since: the first day; None is all that there is.
    """

    symbol: str
    asset_type: str
    currency: str
    since: date | None = None


@dataclass(frozen=True)
class Delivery:
    """What a source says of one asset.

    Attributes:
        bars: in any order.
        splits: those of the delivered days.
        basis: what the bars are.
        currency: of the bars; None is the asset's.
    """

    bars: Sequence[Bar]
    splits: Sequence[Split] = ()
    basis: Basis = "as_traded"
    currency: str | None = None


@dataclass(frozen=True)
class Match:
    """Something that a source has prices of; None is what it does not say.

    Attributes:
        symbol: what the source calls it.
    """

    symbol: str
    name: str
    asset_type: str | None = None
    exchange: str | None = None
    currency: str | None = None


class Source(Protocol):
    """Where prices come from.

    Attributes:
        name: shown as the source of each price.
        description: for people: what it has, and what it calls it.
        kinds: of asset that it has.
    """

    name: str
    description: str
    kinds: Sequence[str]

    def history(self, wanted: Wanted, within: float) -> Delivery:
        """Return the daily prices of an asset.

        Args:
            within: seconds that it may take.

        Raises:
            SourceDown: it answers nothing, or not in time.
            DataSourceError: it knows no such symbol, or answers nonsense.
        """
        ...


@runtime_checkable
class Searchable(Source, Protocol):
    """A source that can be asked what it calls something.

    Attributes:
        takes_isins: whether it knows papers by their ISINs.
    """

    takes_isins: bool

    def search(self, text: str, within: float) -> Sequence[Match]:
        """Return what it has under a name, a symbol or an ISIN, the likeliest first.

        Raises:
            SourceDown, DataSourceError: as for `history`.
        """
        ...


@dataclass
class Sifted:
    """The bars that are believed, by date, and why others are not."""

    bars: list[Bar] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def sifted(
    bars: Sequence[Bar], known_splits: Sequence[Split], last: Bar | None, latest: date
) -> Sifted:
    """Return which bars are believed: sound ones without a jump that no market makes.

    Args:
        bars: as traded; of two of one day the last counts.
        known_splits: the asset's splits, so that a split is no jump.
        last: the last bar that is stored of the day of the first one or before.
        latest: the last day that may have a price.
    """
    result = Sifted()
    days = {bar.date: bar for bar in sorted(bars, key=lambda bar: bar.date)}
    sound = []
    for bar in days.values():
        if wrong := quotes.faults(bar, latest):
            field_, [why, *_] = next(iter(wrong.items()))
            result.left_out.append(f"{bar.date}: {field_}: {why}")
        else:
            sound.append(bar)
    before = _level(last, known_splits) if last else _first_level(sound, known_splits)
    for bar in sound:
        level = _level(bar, known_splits)
        if before and _jumps(before, level):
            result.left_out.append(f"{bar.date}: a close of {bar.close:f} is not plausible.")
        else:
            result.bars.append(bar)
            before = level
    return result


def _level(bar: Bar, known_splits: Sequence[Split]) -> Decimal:
    return splits.adjusted(bar.close, splits.factor(known_splits, bar.date))


def _first_level(bars: Sequence[Bar], known_splits: Sequence[Split]) -> Decimal | None:
    """Return the level of the first bar that the next one confirms."""
    levels = [_level(bar, known_splits) for bar in bars]
    return next((one for one, other in pairwise(levels) if not _jumps(one, other)), None)


def _jumps(before: Decimal, level: Decimal) -> bool:
    return max(before, level) >= _NONSENSE * min(before, level)
