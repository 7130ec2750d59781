"""The last closes of something, and how far it has moved since some of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from shared.finance.figures import LONGEST_WINDOW
from shared.finance.money import EXACT
from shared.finance.splits import parse_ratio, price_after


@dataclass(frozen=True)
class Closes:
    """Closes as traded by day, and the splits among them.

    Attributes:
        closes: day → close; the last `LONGEST_WINDOW` days and the newest.
        splits: day → "4:1", four new for one old, before that day's trading.
    """

    closes: Mapping[date, Decimal]
    splits: Mapping[date, str]

    @classmethod
    def of(
        cls, closes: Mapping[date, Decimal], splits: Mapping[date, str] | None = None
    ) -> "Closes":
        """Return the last of `closes`, whatever their order."""
        last = sorted(closes)[-LONGEST_WINDOW - 1 :]
        return cls({day: closes[day] for day in last}, splits or {})

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Closes":
        """Return what `to_json` made `document` of."""
        return cls.of(
            {
                date.fromisoformat(day): Decimal(close)
                for day, close in document.get("closes", {}).items()
            },
            {date.fromisoformat(day): ratio for day, ratio in document.get("splits", {}).items()},
        )

    def to_json(self) -> dict[str, Any]:
        """Return a form for JSON."""
        return {
            "closes": {day.isoformat(): str(close) for day, close in self.closes.items()},
            "splits": {day.isoformat(): ratio for day, ratio in self.splits.items()},
        }

    @property
    def newest(self) -> date | None:
        """The last day; None where there is no close."""
        return max(self.closes, default=None)

    def with_close(self, day: date, close: Decimal) -> "Closes":
        """Return these closes and that of `day`, in place of the one it had."""
        return Closes.of({**self.closes, day: close}, self.splits)

    def bases(self, day: date) -> list[Decimal]:
        """Return the closes before `day`, newest first, as if its splits had been before them.

        The one of number n is what a change since n market days is measured against.
        """
        earlier = sorted((other for other in self.closes if other < day), reverse=True)
        return [self._adjusted(then, day) for then in earlier]

    def _adjusted(self, then: date, day: date) -> Decimal:
        """Return the close of `then` as if the splits until `day` had been before it."""
        close = self.closes[then]
        for split_day, ratio in self.splits.items():
            if then < split_day <= day:
                close = price_after(close, parse_ratio(ratio))
        return close


def change_percentage(value: Decimal | None, before: Decimal | None) -> Decimal | None:
    """Return how far `value` is from `before`, in percent of it; None where there is nothing."""
    if value is None or not before:
        return None
    return EXACT.divide(EXACT.multiply(value - before, 100), abs(before))
