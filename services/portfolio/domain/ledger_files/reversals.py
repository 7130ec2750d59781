"""Dividends that a broker took back: its next row is the same with a minus."""

from collections import Counter, defaultdict
from dataclasses import replace
from typing import Final

from services.portfolio.domain.ledger_files.rows import AssetReference, LedgerFile, LedgerRow
from shared.finance.entries import EntryType
from shared.finance.money import EXACT, ZERO

_TAKEN_BACK: Final = "Dividends that were taken back, and the taking back."
_ALONE: Final = "Dividends taken back that are not in this file: delete the dividend that is meant."


def without_reversals(file: LedgerFile) -> LedgerFile:
    """Return a file without negative dividends, and without what each of them takes back."""
    reversals = [row for row in file.rows if _is_dividend(row) and (row.amount or ZERO) < 0]
    if not reversals:
        return file
    paid: defaultdict[object, list[LedgerRow]] = defaultdict(list)
    for row in file.rows:
        if _is_dividend(row) and (row.amount or ZERO) > 0:
            paid[_key(row)].append(row)
    gone: set[int] = set()
    skipped = Counter(file.skipped)
    for reversal in reversals:
        gone.add(id(reversal))
        if partners := paid[_key(reversal)]:
            gone.add(id(partners.pop(0)))
            skipped[_TAKEN_BACK] += 2
        else:
            skipped[_ALONE] += 1
    rows = tuple(row for row in file.rows if id(row) not in gone)
    return replace(file, rows=rows, skipped=skipped)


def _is_dividend(row: LedgerRow) -> bool:
    return row.type is EntryType.DIVIDEND


def _key(row: LedgerRow) -> object:
    asset = row.asset or AssetReference()
    amount = EXACT.abs(row.amount or ZERO).normalize(EXACT)
    return asset.isin or asset.symbol or asset.name, row.currency, amount
