"""Ledgers in files: our own CSV, what Ghostfolio and Portfolio Performance export, and brokers.

`read(format, content)` gives a `LedgerFile`: rows that know neither a portfolio nor the id of an
asset, in the order in which they are to be created, each with an `external_id`. The importer

1. refuses the file when it has `errors` (line → field → messages);
2. finds the asset of each `AssetReference`, and the portfolio's currency where a row has none;
3. drops the rows that the portfolio has already, by their `external_id` or by their content with
   that asset, and adds their number to that of `skipped` (reason → rows, for the warnings);
4. records the rest in the order given (`order`), put right where it would take what is not held
   (`order.holding_enough`).

`rules.complete` has not seen the rows: which fields a type needs is checked when they are recorded.
`generic.write` is the way back.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from services.portfolio.domain.ledger_files import (
    formats,
    generic,
    ghostfolio,
    portfolio_performance,
    portfolio_performance_xml,
    recognised,
)
from services.portfolio.domain.ledger_files.formats import interactive_brokers_xml
from services.portfolio.domain.ledger_files.layouts import NOTHING_SAID, Layout, Said, read_layout
from services.portfolio.domain.ledger_files.rows import LedgerFile, Sheet
from shared.files import FileRefused, Note

__all__ = ["FORMATS", "LAYOUTS", "Layout", "LedgerFile", "Said", "layout_of", "read"]

LAYOUTS: Final[tuple[Layout, ...]] = (
    generic.LAYOUT,
    ghostfolio.LAYOUT,
    portfolio_performance.LAYOUT,
    portfolio_performance_xml.LAYOUT,
    interactive_brokers_xml.LAYOUT,
    *formats.LAYOUTS,
)
FORMATS: Final[Mapping[str, Callable[[bytes, Said], LedgerFile]]] = {
    "generic": generic.read,
    "ghostfolio": ghostfolio.read,
    "portfolio_performance": portfolio_performance.read,
    "portfolio_performance_xml": portfolio_performance_xml.read,
    "interactive_brokers_xml": interactive_brokers_xml.read,
    **{layout.name: partial(read_layout, layout) for layout in formats.LAYOUTS},
}


def layout_of(format: str) -> Layout:
    """Return what is known of a format."""
    return next(layout for layout in LAYOUTS if layout.name == format)


def read(format: str, content: bytes, said: Said = NOTHING_SAID) -> LedgerFile:
    """Return what a file says, and whether another format would say more of it.

    Args:
        format: a name of `FORMATS`.
        content: the file, as it is.
        said: what the sender says of it; a file of JSON or XML needs nothing.

    Raises:
        FileRefused: it is not a file of this format at all.
    """
    asked = layout_of(format)
    try:
        file = FORMATS[format](content, said)
    except FileRefused as refused:
        if note := _other_format(_sheet(content, said), asked):
            raise FileRefused(f"{refused.message} {note.message}") from refused
        raise
    note = _other_format(file.sheet, asked)
    return replace(file, notes=(note, *file.notes)) if note else file


def _other_format(sheet: Sheet | None, asked: Layout) -> Note | None:
    titles = [title.text for title in sheet.titles] if sheet else []
    return recognised.other_format(titles, asked, LAYOUTS)


def _sheet(content: bytes, said: Said) -> Sheet | None:
    """Return how a file is read as any table; None of one that is none."""
    try:
        return generic.read(content, Said(form=said.form, is_preview=True)).sheet
    except FileRefused:
        return None
