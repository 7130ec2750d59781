"""Our own CSV: the columns are the fields of a transaction, and of the asset it is about.

Only `date` and `transaction_type` must be there, under these names or others that programs use
(`words`). What is written here is read back identically, in the same order; numbers have a decimal
point and no groups. Money may have as many decimals as a ledger keeps: the cost of one unit after
an adjustment does.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from services.portfolio.domain.ledger_files.layouts import (
    NOTHING_SAID,
    Layout,
    Said,
    read_layout,
)
from services.portfolio.domain.ledger_files.rows import AssetReference, LedgerFile, LedgerRow
from shared.files import bare, defused
from shared.finance.money import plain, trimmed
from shared.finance.splits import ratio_text

COLUMNS: Final = (
    "date",
    "position_in_day",
    "transaction_type",
    "symbol",
    "isin",
    "asset_name",
    "asset_currency",
    "quantity",
    "price",
    "amount",
    "fees",
    "taxes",
    "currency",
    "exchange_rate",
    "ratio",
    "notes",
    "external_id",
)
# Of the list of transactions, which may be asked for as CSV too: they belong to its installation.
_READ_ONLY: Final = ("id", "portfolio", "asset", "import_id", "created", "modified", "warnings")


def _all_bare(texts: dict[str, str]) -> dict[str, str]:
    return {name: bare(text) for name, text in texts.items()}


LAYOUT: Final = Layout(
    name="generic",
    program="Our own CSV, and any other table whose columns are known or said",
    left_out=_READ_ONLY,
    adapted=_all_bare,
    is_free=True,
)


def read(content: bytes, said: Said = NOTHING_SAID) -> LedgerFile:
    """Return the rows of a file; `ledger_files.read` says more.

    Raises:
        FileRefused: it is no CSV file, lacks a needed column or has one that looks misspelt.
    """
    return read_layout(LAYOUT, content, said)


def write(rows: Iterable[LedgerRow]) -> Iterator[str]:
    """Yield the header and a record for each row, in the order of the ledger.

    Args:
        rows: with the fields that were given, without those that follow from them, and with
            `position_in_day`, so that they are created in this order again.
    """
    yield _record(COLUMNS)
    for row in rows:
        yield _record(_texts(row))


def _texts(row: LedgerRow) -> tuple[str, ...]:
    asset = row.asset or AssetReference()
    return (
        row.date.isoformat(),
        "" if row.position_in_day is None else str(row.position_in_day),
        row.type,
        defused(asset.symbol or ""),
        asset.isin or "",
        defused(asset.name or ""),
        asset.currency or "",
        _number(row.quantity),
        _number(row.price),
        _number(row.amount),
        plain(row.fees),
        plain(row.taxes),
        row.currency or "",
        "" if row.exchange_rate is None else trimmed(row.exchange_rate, 0),
        ratio_text(row.ratio) if row.ratio else "",
        defused(row.notes),
        defused(row.external_id or ""),
    )


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _record(texts: Iterable[str]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(texts)
    return line.getvalue()
