"""Small builders: entries and ledgers as short as a test can read them."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from services.portfolio.domain.entries import Entry
from services.portfolio.domain.holding import Holding, replay
from services.portfolio.domain.rules import RULES, complete
from shared.finance.entries import EntryType
from shared.finance.lots import CostMethod
from shared.finance.money import round_money

_NUMBERS = {"quantity", "price", "amount", "fees", "taxes", "exchange_rate", "asset_rate"}
_CREATED = count(1)


def entry(kind: EntryType, day: str = "2024-01-02", **fields: Any) -> Entry:
    """An entry as it is given, created after all those made before; numbers are texts."""
    exact: dict[str, Any] = {
        name: Decimal(value) if name in _NUMBERS and value is not None else value
        for name, value in fields.items()
    }
    if "asset" in RULES[kind].needs:
        exact.setdefault("asset", 1)
    exact.setdefault("currency", "USD")
    return Entry(id=next(_CREATED), date=date.fromisoformat(day), type=kind, **exact)


def done(kind: EntryType, day: str = "2024-01-02", **fields: Any) -> Entry:
    """An entry as the ledger keeps it."""
    return complete(entry(kind, day, **fields))


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda row: row.order)


def held(*entries: Entry, method: CostMethod = CostMethod.AVERAGE) -> Holding:
    """What the entries, in whatever order they were created, add up to."""
    return replay(in_order(entries), Holding.nothing(method))


def exactly(*numbers: int | str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, numbers))


def usd(amount: Decimal | None) -> str:
    """An amount as it is printed."""
    return "unknown" if amount is None else str(round_money(amount, "USD"))
