"""What the demo's files say; `data/README.md` describes them."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from services.assets.domain.quotes import Bar

_DATA: Final = Path(__file__).parent / "data"
_DECIMALS: Final = frozenset({"quantity", "price", "amount", "fees", "taxes", "exchange_rate"})


def assets() -> list[dict[str, str]]:
    """Return the assets, each with the fields that it has."""
    return list(_rows("assets.csv"))


def prices() -> dict[str, list[Bar]]:
    """Return the closes of every asset, by symbol; the rate of dollars for a euro is `EURUSD`."""
    return _closes("prices.csv") | {
        f"EUR{currency}": bars for currency, bars in _closes("fx_eur.csv").items()
    }


def portfolios() -> list[dict[str, str]]:
    """Return the portfolios: name, currency, cost_basis_method, description."""
    return list(_rows("portfolios.csv"))


def transactions(portfolio: str) -> list[dict[str, Any]]:
    """Return the ledger of a portfolio, oldest first; portfolio and asset still have no ids."""
    rows = _rows("transactions.csv")
    return [_transaction(row) for row in rows if row["portfolio"] == portfolio]


def _transaction(row: Mapping[str, str]) -> dict[str, Any]:
    numbers = {name: Decimal(row[name]) for name in _DECIMALS & row.keys()}
    return {**row, **numbers, "date": date.fromisoformat(row["date"])}


def _closes(name: str) -> dict[str, list[Bar]]:
    bars: dict[str, list[Bar]] = {}
    for row in _rows(name):
        day = date.fromisoformat(row.pop("date"))
        for symbol, close in row.items():
            bars.setdefault(symbol, []).append(Bar(day, Decimal(close)))
    return bars


def _rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a file without their empty cells."""
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {column: cell for column, cell in row.items() if cell}
