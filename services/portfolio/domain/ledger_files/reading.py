"""From the items of a file to its rows: each is judged on its own, and every bad one is named."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from services.portfolio.domain.errors import InvalidEntry
from services.portfolio.domain.ledger_files.ids import identified
from services.portfolio.domain.ledger_files.order import in_order
from services.portfolio.domain.ledger_files.rows import LedgerFile, LedgerRow
from shared.errors import Fields

Item = TypeVar("Item")


def ledger_file(
    items: Iterable[tuple[int, Item]], row_of: Callable[[int, Item], LedgerRow | str]
) -> LedgerFile:
    """Return the rows that `row_of` makes of a file's items.

    Args:
        items: line and what stands there.
        row_of: returns a row, or why there is none; may raise InvalidEntry.
    """
    rows: list[LedgerRow] = []
    skipped: Counter[str] = Counter()
    errors: dict[int, Fields] = {}
    for line, item in items:
        try:
            row = row_of(line, item)
        except InvalidEntry as error:
            errors[line] = error.fields
            continue
        if isinstance(row, str):
            skipped[row] += 1
        else:
            rows.append(row)
    errors |= _repeated_ids(rows)
    return LedgerFile(tuple(in_order(list(identified(rows)))), skipped, errors)


def _repeated_ids(rows: Iterable[LedgerRow]) -> dict[int, Fields]:
    seen: set[str] = set()
    repeated: dict[int, Fields] = {}
    for row in rows:
        if row.external_id in seen:
            repeated[row.line] = {"external_id": ["Another row has this id too."]}
        elif row.external_id:
            seen.add(row.external_id)
    return repeated
