"""A CSV file with the closes of many assets: a date column, then one for each symbol."""

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from services.assets.domain.feeds import DataSourceError, Delivery, Wanted
from services.assets.domain.quotes import Bar
from shared.finance.asset_types import ASSET_TYPES


class WideFile:
    """Reads the file anew each time: it may have grown."""

    kinds: Sequence[str] = ASSET_TYPES

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.description = "A file of this installation's operator."
        self._path = path

    def history(self, wanted: Wanted, within: float) -> Delivery:  # noqa: ARG002 - a file is there at once
        """Return one column: see `Source.history`."""
        symbol, since = wanted.symbol, wanted.since
        try:
            with self._path.open(newline="", encoding="utf-8") as lines:
                reader = csv.DictReader(lines)
                if symbol not in (reader.fieldnames or []):
                    raise DataSourceError(f"The data source knows no {symbol}.")
                return Delivery(
                    [_bar(row, symbol) for row in reader if _is_wanted(row, symbol, since)]
                )
        except (OSError, ValueError, InvalidOperation, csv.Error) as error:
            raise DataSourceError("The data source cannot be read.") from error


def _is_wanted(row: dict[str, str], symbol: str, since: date | None) -> bool:
    return bool(row[symbol]) and (since is None or row["date"] >= since.isoformat())


def _bar(row: dict[str, str], symbol: str) -> Bar:
    return Bar(date.fromisoformat(row["date"]), Decimal(row[symbol]))
