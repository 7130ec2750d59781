"""Our own CSV: the columns are the fields of a transaction, and of the asset it is about.

Only `date` and `transaction_type` must be there. What is written here is read back identically,
in the same order; numbers have a decimal point and no groups. Money may have as many decimals as
a ledger keeps: the cost of one unit after an adjustment does.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from services.portfolio.domain.ledger_files.cells import NOTES_LENGTH, Cells
from services.portfolio.domain.ledger_files.rows import (
    AssetReference,
    FileRefused,
    LedgerFile,
    LedgerRow,
    ledger_file,
)
from services.portfolio.domain.ledger_files.tables import decoded, read_table
from shared.finance.entries import EntryType
from shared.finance.money import GRID, plain, trimmed
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
_NEEDED: Final = frozenset({"date", "transaction_type"})
# Of the list of transactions, which may be asked for as CSV too: they belong to its installation.
_READ_ONLY: Final = frozenset(
    {"id", "portfolio", "asset", "import_id", "created", "modified", "warnings"}
)
_RATE_PLACES: Final = 12
# A text that a spreadsheet would run as a formula is written behind an apostrophe, and so is one
# that begins with an apostrophe, so that every text comes back as it was.
_FORMULA: Final = re.compile(r"['=+\-@\t\r]")


def read(content: bytes) -> LedgerFile:
    """Return the rows of a file; `ledger_files.read` says more.

    Raises:
        FileRefused: it is no CSV file, lacks a needed column or has one that is not known.
    """
    table = read_table(decoded(content, "utf-8-sig"), str.lower)
    if missing := _NEEDED - table.columns:
        raise FileRefused(f"The header lacks: {', '.join(sorted(missing))}.")
    # A misspelt `fee` must not silently lose all fees.
    if unknown := table.columns - set(COLUMNS) - _READ_ONLY:
        raise FileRefused(f"The header has unknown columns: {', '.join(sorted(unknown))}.")
    return ledger_file(table.lines, _row)


def write(rows: Iterable[LedgerRow]) -> Iterator[str]:
    """Yield the header and a record for each row, in the order of the ledger.

    Args:
        rows: with the fields that were given, without those that follow from them, and with
            `position_in_day`, so that they are created in this order again.
    """
    yield _record(COLUMNS)
    for row in rows:
        yield _record(_texts(row))


def _row(line: int, texts: dict[str, str]) -> LedgerRow:
    cells = Cells({name: _bare(text) for name, text in texts.items()})
    row = LedgerRow(
        line=line,
        date=cells.day("date"),
        type=_type(cells),
        asset=_asset(cells),
        quantity=cells.number("quantity"),
        price=cells.number("price", places=GRID),
        amount=cells.number("amount", places=GRID, digits=15),
        fees=cells.charge("fees", places=GRID),
        taxes=cells.charge("taxes", places=GRID),
        currency=cells.currency("currency"),
        exchange_rate=cells.number("exchange_rate", places=_RATE_PLACES),
        ratio=cells.ratio("ratio"),
        notes=cells.text("notes", NOTES_LENGTH) or "",
        external_id=cells.text("external_id"),
        position_in_day=_position(cells),
    )
    cells.check()
    return row


def _type(cells: Cells) -> EntryType:
    name = (cells.text("transaction_type") or "").upper()
    if name in EntryType.__members__:
        return EntryType[name]
    cells.refuse("transaction_type", f"Must be one of: {', '.join(EntryType)}.")
    return EntryType.ADJUSTMENT


def _asset(cells: Cells) -> AssetReference | None:
    asset = AssetReference(
        isin=cells.text("isin", 12),
        symbol=cells.text("symbol", 32),
        name=cells.text("asset_name"),
        currency=cells.currency("asset_currency"),
    )
    return None if asset == AssetReference() else asset


def _position(cells: Cells) -> int | None:
    place = cells.number("position_in_day", places=0, digits=19)
    return None if place is None else int(place)


def _texts(row: LedgerRow) -> tuple[str, ...]:
    asset = row.asset or AssetReference()
    return (
        row.date.isoformat(),
        "" if row.position_in_day is None else str(row.position_in_day),
        row.type,
        _shown(asset.symbol or ""),
        asset.isin or "",
        _shown(asset.name or ""),
        asset.currency or "",
        _number(row.quantity),
        _number(row.price),
        _number(row.amount),
        plain(row.fees),
        plain(row.taxes),
        row.currency or "",
        "" if row.exchange_rate is None else trimmed(row.exchange_rate, 0),
        ratio_text(row.ratio) if row.ratio else "",
        _shown(row.notes),
        _shown(row.external_id or ""),
    )


def _shown(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _bare(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text, 1) else text


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _record(texts: Iterable[str]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(texts)
    return line.getvalue()
