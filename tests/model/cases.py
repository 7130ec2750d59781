"""A case: a market, a ledger and what is asked of them."""

from dataclasses import dataclass
from datetime import date

from tests.model.ledger import Entry
from tests.model.market import Asset, Closes, Market


@dataclass(frozen=True)
class Case:
    """A ledger, and all that is needed to value it.

    Attributes:
        entries: in the order in which they are created in the end.
        sent: in the order in which they are sent.
        in_bulk: in one call, else one by one.
        window: what is asked for: start and end, each may be None.
    """

    seed: int
    market: Market
    currency: str
    method: str
    entries: list[Entry]
    sent: list[Entry]
    in_bulk: bool
    window: tuple[date | None, date | None]
    interval: str
    benchmark: str | None
    risk_free_rate: str
    confidence: str

    @property
    def text(self) -> str:
        """The case in lines."""
        start, end = self.window
        head = (
            f"seed {self.seed}: {self.currency} {self.method},"
            f" {'bulk' if self.in_bulk else 'one by one'}; window {start} to {end},"
            f" {self.interval}, benchmark {self.benchmark}, rate {self.risk_free_rate},"
            f" confidence {self.confidence}"
        )
        return "\n".join(
            [
                head,
                *map(_asset_line, self.market.assets.values()),
                *map(_pair_line, self.market.own_pairs.items()),
                *map(_entry_line, self.entries),
            ]
        )


def _asset_line(asset: Asset) -> str:
    days = asset.closes.days
    span = f"{len(days)} closes {days[0]} to {days[-1]}" if days else "no close"
    splits = "".join(f", split {ratio} on {day}" for day, ratio in sorted(asset.splits.items()))
    whose = "private" if asset.owner_makes_it else "public"
    return f"  {asset.symbol} {whose} {asset.kind} {asset.currency}: {span}{splits}"


def _pair_line(pair: tuple[str, Closes]) -> str:
    return f"  own {pair[0]}: {len(pair[1].days)} closes from {pair[1].days[0]}"


def _entry_line(entry: Entry) -> str:
    parts = [
        f"{name} {value}"
        for name in ("asset", "quantity", "price", "amount", "fees", "taxes", "ratio")
        if (value := getattr(entry, name))
    ]
    rate = f" at {entry.exchange_rate}" if entry.exchange_rate else ""
    return f"  {entry.day} {entry.kind} {' '.join(parts)} {entry.currency}{rate}"
